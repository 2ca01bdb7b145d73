//! Charts as SVG without styles or scripts: colours come from classes, so they follow the colour scheme.

use std::fmt::Write;

/// One bar of stacked parts, from the bottom up: a class and a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What a pointer shows.
    pub title: String,
    /// Class and value of each part.
    pub parts: Vec<(&'static str, u64)>,
}

/// Bars beside each other, `width` by `height` units; the highest fills the height.
#[must_use]
pub fn bars(bars: &[Bar], width: u32, height: u32) -> String {
    let total = |bar: &Bar| bar.parts.iter().map(|(_, value)| *value).sum::<u64>();
    let highest = bars.iter().map(total).max().unwrap_or(0).max(1) as f64;
    let step = f64::from(width) / bars.len().max(1) as f64;
    let gap = if step > 4.0 { 1.0 } else { 0.0 };
    let mut svg = open(width, height);
    for (at, bar) in bars.iter().enumerate() {
        let x = at as f64 * step;
        // Writing to a string cannot fail.
        _ = write!(svg, "<g><title>{}</title>", text(&bar.title));
        _ = write!(svg, "<rect class=\"none\" x=\"{x:.1}\" y=\"0\" width=\"{step:.1}\" height=\"{height}\"/>");
        let mut base = f64::from(height);
        for (class, value) in bar.parts.iter().filter(|(_, value)| *value > 0) {
            // What is there must be seen.
            let tall = (*value as f64 / highest * f64::from(height)).max(1.5);
            base -= tall;
            _ = write!(
                svg,
                "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{tall:.1}\"/>",
                base.max(0.0),
                step - gap
            );
        }
        svg.push_str("</g>");
    }
    svg.push_str("</svg>");
    svg
}

/// A line through values from `low` to `high`; a gap where there is none.
#[must_use]
pub fn line(values: &[Option<f64>], low: f64, high: f64, width: u32, height: u32) -> String {
    let span = if high > low { high - low } else { 1.0 };
    let step = f64::from(width) / (values.len().max(2) - 1) as f64;
    let inner = f64::from(height) - 4.0;
    let mut svg = open(width, height);
    let mut path = String::new();
    let mut is_down = false;
    for (at, value) in values.iter().enumerate() {
        let Some(value) = value.filter(|value| value.is_finite()) else {
            is_down = false;
            continue;
        };
        let (x, y) = (at as f64 * step, 2.0 + inner - ((value - low) / span).clamp(0.0, 1.0) * inner);
        _ = write!(path, "{}{x:.1} {y:.1}", if is_down { 'L' } else { 'M' });
        // A single point between gaps is a dot.
        let is_alone = !is_down && values.get(at + 1).is_none_or(Option::is_none);
        if is_alone {
            _ = write!(path, "h.1");
        }
        is_down = true;
    }
    _ = write!(svg, "<path class=\"line\" d=\"{path}\"/></svg>");
    svg
}

/// Parts of a whole in one row.
#[must_use]
pub fn share(parts: &[(&'static str, u64)], width: u32, height: u32) -> String {
    let total = parts.iter().map(|(_, value)| *value).sum::<u64>().max(1) as f64;
    let mut svg = open(width, height);
    let mut x = 0.0;
    for (class, value) in parts.iter().filter(|(_, value)| *value > 0) {
        let wide = (*value as f64 / total * f64::from(width)).max(2.0);
        _ = write!(svg, "<rect class=\"{class}\" x=\"{x:.1}\" y=\"0\" width=\"{wide:.1}\" height=\"{height}\"/>");
        x += wide;
    }
    svg.push_str("</svg>");
    svg
}

fn open(width: u32, height: u32) -> String {
    format!(
        "<svg class=\"chart\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">"
    )
}

fn text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bar_fills_the_height_and_small_ones_are_seen() {
        let bar = |value| Bar { title: "<1>".to_owned(), parts: vec![("pass", value), ("fail", 0)] };
        let svg = bars(&[bar(1000), bar(1)], 20, 10);
        assert!(svg.contains("height=\"10.0\"") && svg.contains("height=\"1.5\""), "{svg}");
        assert!(svg.contains("<title>&lt;1&gt;</title>") && !svg.contains("class=\"fail\""), "{svg}");
        assert!(bars(&[], 20, 10).ends_with("</svg>"));
    }

    #[test]
    fn a_line_has_gaps() {
        let svg = line(&[Some(0.0), Some(1.0), None, Some(0.5)], 0.0, 1.0, 30, 14);
        assert!(svg.contains("d=\"M0.0 12.0L10.0 2.0M30.0 7.0h.1\""), "{svg}");
        assert!(line(&[None, Some(f64::NAN)], 0.0, 0.0, 30, 14).contains("d=\"\""));
    }
}
