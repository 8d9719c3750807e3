//! The comparison as a picture: one bar for each library and task, as long as
//! it is near to the best.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::report::{Figure, figure};

/// The tasks that are drawn, and what they are called there.
const TASKS: [(&str, &str); 8] = [
    (
        "full handshake, ECDSA P-256, P-256",
        "full handshake, ECDSA, P-256",
    ),
    (
        "full handshake, ECDSA P-256, X25519",
        "full handshake, ECDSA, X25519",
    ),
    (
        "full handshake, RSA 2048, P-256",
        "full handshake, RSA, P-256",
    ),
    (
        "resumed handshake, ECDSA P-256",
        "resumed handshake, by ticket",
    ),
    ("send AES-128-GCM, 16384 bytes", "send AES-128-GCM, 16 KiB"),
    (
        "receive AES-128-GCM, 16384 bytes",
        "receive AES-128-GCM, 16 KiB",
    ),
    (
        "send ChaCha20-Poly1305, 16384 bytes",
        "send ChaCha20-Poly1305, 16 KiB",
    ),
    (
        "receive ChaCha20-Poly1305, 16384 bytes",
        "receive ChaCha20-Poly1305, 16 KiB",
    ),
];

const LIBRARIES: [(&str, RGBColor); 5] = [
    ("embertls", RGBColor(214, 84, 28)),
    ("rustls, aws-lc-rs", RGBColor(52, 101, 164)),
    ("rustls, ring", RGBColor(114, 159, 207)),
    ("openssl", RGBColor(120, 120, 120)),
    ("embertls, C arithmetic", RGBColor(241, 182, 148)),
];

const WIDTH: u32 = 860;
/// Where the bars begin, and how long the best is.
const LEFT: i32 = 250;
const BAR: i32 = 500;
const THICK: i32 = 11;
const GROUP: i32 = THICK * LIBRARIES.len() as i32 + 14;
const TOP: i32 = 52;

/// Writes the picture, an SVG.
pub fn draw(figures: &[Figure], path: &Path) -> Result<(), Box<dyn Error>> {
    let height = TOP + GROUP * TASKS.len() as i32 + 6;
    let area = SVGBackend::new(path, (WIDTH, height as u32)).into_drawing_area();
    area.fill(&WHITE)?;
    let text =
        |size: i32| TextStyle::from(("sans-serif", size).into_font()).color(&RGBColor(40, 40, 40));
    let right = text(14).pos(Pos::new(HPos::Right, VPos::Center));
    let left = text(11).pos(Pos::new(HPos::Left, VPos::Center));

    let mut x = 16;
    for (library, color) in LIBRARIES {
        area.draw(&Rectangle::new([(x, 16), (x + 12, 28)], color.filled()))?;
        area.draw(&Text::new(library, (x + 18, 22), text(14).pos(left.pos)))?;
        x += 40 + 8 * library.len() as i32;
    }
    for (row, (task, label)) in TASKS.iter().enumerate() {
        let top = TOP + GROUP * row as i32;
        let middle = top + (GROUP - 14) / 2;
        area.draw(&Text::new(*label, (LEFT - 12, middle), right.clone()))?;
        for (line, (library, color)) in LIBRARIES.iter().enumerate() {
            let of = |figure: &&Figure| figure.name == *task && figure.library == *library;
            let Some(found) = figures.iter().find(of) else {
                continue;
            };
            let y = top + THICK * line as i32;
            let end = LEFT + (f64::from(BAR) * found.ratio).round().max(1.0) as i32;
            area.draw(&Rectangle::new(
                [(LEFT, y), (end, y + THICK - 2)],
                color.filled(),
            ))?;
            let value = format!("{} {}", figure(found.value), found.unit);
            area.draw(&Text::new(
                value,
                (end + 5, y + THICK / 2 - 1),
                left.clone(),
            ))?;
        }
    }
    area.present()?;
    Ok(())
}
