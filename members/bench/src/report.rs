//! The result: one Markdown table, and rows for JSON.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::measure::{Sample, ratio};
use crate::tasks::Best;

/// One line of the table: a task, and how each library did.
pub struct Row {
    pub name: String,
    pub unit: &'static str,
    pub best: Best,
    pub samples: Vec<Sample>,
}

/// One figure, as the chart needs it.
pub struct Figure {
    pub name: String,
    pub library: String,
    pub value: f64,
    pub unit: String,
    pub ratio: f64,
}

impl Row {
    fn ratio(&self, value: f64) -> f64 {
        ratio(value, self.samples.iter().map(Sample::median), self.best)
    }

    fn of(&self, library: &str) -> Option<&Sample> {
        self.samples.iter().find(|sample| sample.library == library)
    }
}

/// A table with a column for each library: the median, its ratio to the best,
/// and how far rounds were from it.
pub fn markdown(rows: &[Row]) -> String {
    let mut libraries: Vec<&str> = Vec::new();
    for sample in rows.iter().flat_map(|row| &row.samples) {
        if !libraries.contains(&&*sample.library) {
            libraries.push(&sample.library);
        }
    }
    let mut text = String::from("| | unit |");
    for library in &libraries {
        let _ = write!(text, " {library} |");
    }
    text.push_str("\n| --- | --- |");
    text.push_str(&" ---: |".repeat(libraries.len()));
    for row in rows {
        let _ = write!(text, "\n| {} | {} |", row.name, row.unit);
        for library in &libraries {
            let Some(sample) = row.of(library) else {
                text.push_str(" - |");
                continue;
            };
            let median = sample.median();
            let _ = write!(text, " {} ({:.2})", figure(median), row.ratio(median));
            if sample.spread() >= 0.01 {
                let _ = write!(text, " ±{:.0}%", sample.spread() * 50.0);
            }
            text.push_str(" |");
        }
    }
    text
}

/// `{"name", "library", "value", "unit", "ratio_to_best"}` for each figure.
pub fn json(rows: &[Row]) -> Value {
    let figures = rows.iter().flat_map(|row| {
        row.samples.iter().map(|sample| {
            json!({
                "name": row.name,
                "library": sample.library,
                "value": sample.median(),
                "unit": row.unit,
                "ratio_to_best": row.ratio(sample.median()),
                "spread": sample.spread(),
            })
        })
    });
    figures.collect()
}

/// What [`json`] has written to a file.
pub fn read(path: &Path) -> Result<Vec<Figure>, Box<dyn Error>> {
    let rows: Vec<Value> = serde_json::from_str(&fs::read_to_string(path)?)?;
    let figure = |row: &Value| {
        Some(Figure {
            name: row.get("name")?.as_str()?.into(),
            library: row.get("library")?.as_str()?.into(),
            value: row.get("value")?.as_f64()?,
            unit: row.get("unit")?.as_str()?.into(),
            ratio: row.get("ratio_to_best")?.as_f64()?,
        })
    };
    let figures: Option<_> = rows.iter().map(figure).collect();
    figures.ok_or_else(|| format!("{} holds no figures", path.display()).into())
}

pub fn figures(rows: &[Row]) -> Vec<Figure> {
    let figures = rows.iter().flat_map(|row| {
        row.samples.iter().map(|sample| Figure {
            name: row.name.clone(),
            library: sample.library.clone(),
            value: sample.median(),
            unit: row.unit.into(),
            ratio: row.ratio(sample.median()),
        })
    });
    figures.collect()
}

/// A number with three digits that count.
pub fn figure(value: f64) -> String {
    match value {
        value if value.fract() == 0.0 || value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}
