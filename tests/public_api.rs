//! The public interface, as rustdoc shows it, held against a snapshot, so that
//! no change of it goes unseen.
//!
//! It reads what `cargo doc --no-deps --all-features` has made, in the folder that
//! `EMBERTLS_DOCS` names, as it does for `scripts/test`. A wanted change is taken
//! over with
//!
//! ```sh
//! cargo doc --no-deps --all-features
//! EMBERTLS_DOCS=target/doc EMBERTLS_UPDATE_API=1 cargo test --all-features --test public_api
//! ```

#![cfg(feature = "full")]

use std::fs;
use std::path::{Path, PathBuf};

const SNAPSHOT: &str = "tests/public_api.txt";

#[test]
fn nothing_changed_unseen() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Some(docs) = std::env::var_os("EMBERTLS_DOCS") else {
        eprintln!("skipped: EMBERTLS_DOCS names no documentation to read");
        return;
    };
    let current = interface(&root.join(docs).join("embertls"));
    let snapshot = root.join(SNAPSHOT);
    if std::env::var_os("EMBERTLS_UPDATE_API").is_some() {
        fs::write(&snapshot, current).expect("the snapshot can be written");
        return;
    }
    let known = fs::read_to_string(&snapshot).expect("there is a snapshot");
    let gone: Vec<_> = missing_from(&current, &known);
    let new: Vec<_> = missing_from(&known, &current);
    assert!(
        current == known,
        "the interface has changed; if it was to, see {SNAPSHOT} in this file's head.\n\
         gone:\n{}\nnew:\n{}",
        gone.join("\n"),
        new.join("\n")
    );
}

/// Lines of `from` that are not in `text`.
fn missing_from<'a>(text: &str, from: &'a str) -> Vec<&'a str> {
    let known: std::collections::HashSet<&str> = text.lines().collect();
    from.lines().filter(|line| !known.contains(line)).collect()
}

/// All items, each with its path, its declaration, its methods and traits.
fn interface(docs: &Path) -> String {
    let mut pages = Vec::new();
    find_pages(docs, &mut pages);
    pages.sort();
    let mut text = String::new();
    for page in pages {
        let name = page.strip_prefix(docs).expect("a page of these").display();
        let html = fs::read_to_string(&page).expect("a page can be read");
        // What follows is the same for every type, or follows from its parts.
        let own = html.split("id=\"synthetic-implementations\"").next();
        let declarations = declarations(own.unwrap_or_default());
        if declarations.is_empty() {
            // It only leads to the page where the item is shown.
            continue;
        }
        text += &format!("{name}\n");
        for declaration in declarations {
            text += &format!("    {declaration}\n");
        }
    }
    text
}

fn find_pages(dir: &Path, pages: &mut Vec<PathBuf>) {
    const KINDS: [&str; 7] = [
        "constant.",
        "enum.",
        "fn.",
        "macro.",
        "struct.",
        "trait.",
        "type.",
    ];
    for entry in fs::read_dir(dir).expect("a folder of pages").flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            find_pages(&path, pages);
        } else if KINDS.iter().any(|kind| name.starts_with(kind)) {
            pages.push(path);
        }
    }
}

/// The code in the headings of a page, in the page's order.
fn declarations(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some((tag, begin)) = ["<pre class=\"rust item-decl\">", "class=\"code-header\">"]
        .into_iter()
        .filter_map(|tag| Some((tag, rest.find(tag)?)))
        .min_by_key(|(_, begin)| *begin)
    {
        rest = &rest[begin + tag.len()..];
        let end = match tag.starts_with("<pre") {
            true => rest.find("</pre>"),
            false => rest.find("</h"),
        };
        let code = &rest[..end.unwrap_or(rest.len())];
        found.push(plain(code));
    }
    found
}

/// One line without tags and entities.
fn plain(code: &str) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    for c in code.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            c if !in_tag => text.push(c),
            _ => {}
        }
    }
    for (entity, meaning) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        // A mark of rustdoc's own.
        ("\u{24d8}", " "),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, meaning);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
