//! What came of it, as a table in Markdown.

use std::fmt::{self, Write};

/// What came of one thing that was tried.
#[derive(Clone, Debug)]
pub enum Outcome {
    Done(String),
    Failed(String),
    /// The peer's program is missing, and the user lets it be left out.
    LeftOut,
}

pub struct Row {
    pub peer: &'static str,
    pub version: String,
    pub outcomes: Vec<Outcome>,
}

pub struct Table {
    pub title: &'static str,
    pub columns: &'static [&'static str],
    pub rows: Vec<Row>,
}

impl Table {
    pub fn failures(&self) -> impl Iterator<Item = String> {
        self.rows.iter().flat_map(|row| {
            let named = row.outcomes.iter().zip(self.columns);
            named.filter_map(move |(outcome, column)| match outcome {
                Outcome::Failed(why) => Some(format!("{}, {column}: {why}", row.peer)),
                _ => None,
            })
        })
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = [&["peer", "version"], self.columns].concat();
        let rows = self.rows.iter().map(|row| {
            let outcomes = row.outcomes.iter().map(|outcome| match outcome {
                Outcome::Done(what) => what.clone(),
                Outcome::Failed(_) => "FAILED".into(),
                Outcome::LeftOut => "left out".into(),
            });
            let named = [row.peer.to_owned(), row.version.clone()];
            named.into_iter().chain(outcomes).collect::<Vec<_>>()
        });
        writeln!(f, "## {}\n", self.title)?;
        let mut text = String::new();
        writeln!(text, "| {} |", head.join(" | "))?;
        writeln!(text, "|{}", " --- |".repeat(head.len()))?;
        for row in rows {
            writeln!(text, "| {} |", row.join(" | "))?;
        }
        f.write_str(&text)
    }
}
