//! The result: one Markdown table, and rows for JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::measure::Sample;

/// One line of the table: a task, and how each library did.
pub struct Row {
    pub name: String,
    pub unit: &'static str,
    pub samples: Vec<Sample>,
}

impl Row {
    fn best(&self) -> f64 {
        let medians = self.samples.iter().map(Sample::median);
        medians.fold(f64::MIN, f64::max)
    }

    fn of(&self, library: &str) -> Option<&Sample> {
        self.samples.iter().find(|sample| sample.library == library)
    }
}

/// A table with a column for each library: the median, and its ratio to the
/// best.
pub fn markdown(rows: &[Row], libraries: &[&str]) -> String {
    let mut text = String::from("| | unit |");
    for library in libraries {
        let _ = write!(text, " {library} |");
    }
    text.push_str("\n| --- | --- |");
    text.push_str(&" ---: |".repeat(libraries.len()));
    for row in rows {
        let _ = write!(text, "\n| {} | {} |", row.name, row.unit);
        for library in libraries {
            match row.of(library) {
                Some(sample) => {
                    let median = sample.median();
                    let _ = write!(
                        text,
                        " {} ({:.2}) ±{:.0}% |",
                        figure(median),
                        median / row.best(),
                        sample.spread() * 50.0
                    );
                }
                None => text.push_str(" - |"),
            }
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
                "ratio_to_best": sample.median() / row.best(),
                "spread": sample.spread(),
            })
        })
    });
    figures.collect()
}

fn figure(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}
