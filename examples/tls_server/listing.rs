//! The page that lists a folder.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What a name may hold in a link as it is.
const IN_LINK: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'/')
    .remove(b'_')
    .remove(b'~');

pub fn page(path: &str, names: &[String]) -> String {
    let title = escape(path);
    let mut page = format!(
        "<!doctype html>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<h1>{title}</h1>\n<ul>\n"
    );
    if path != "/" {
        page.push_str("<li><a href=\"../\">../</a>\n");
    }
    for name in names {
        // With the dot in front no name can be taken for a scheme.
        let link = utf8_percent_encode(name, IN_LINK);
        page.push_str(&format!("<li><a href=\"./{link}\">{}</a>\n", escape(name)));
    }
    page.push_str("</ul>\n");
    page
}

/// Where a folder is that was asked for without `/` at the end.
pub fn with_slash(path: &str) -> String {
    // Two slashes in front would name another host.
    let path = path.trim_start_matches('/');
    format!("/{}/", utf8_percent_encode(path, IN_LINK))
}

fn escape(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '&' => "&amp;".into(),
            '<' => "&lt;".into(),
            '>' => "&gt;".into(),
            '"' => "&quot;".into(),
            '\'' => "&#39;".into(),
            c => c.to_string(),
        })
        .collect()
}
