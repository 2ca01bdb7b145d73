//! The product's documents, for those who use it: the Markdown files of `docs/`, compiled in.

use askama::Template;
use axum::extract::Path;
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, html};

use super::chrome::Chrome;
use super::error::WebError;
use super::html::Html;
use super::viewer::MaybeViewer;

/// Name in addresses, title in the list, text.
struct Document {
    name: &'static str,
    title: &'static str,
    text: &'static str,
}

macro_rules! documents {
    ($($name:literal: $title:literal;)*) => {
        const DOCUMENTS: &[Document] = &[$(Document {
            name: $name,
            title: $title,
            text: include_str!(concat!("../../../../docs/", $name, ".md")),
        }),*];
    };
}

documents! {
    "quick-start": "Quick start";
    "point-your-collector": "Point your collector here";
    "formats": "Report formats";
    "pages": "Pages";
    "api": "API";
    "cli": "Command line";
    "workflows": "Workflows";
    "monitors": "Monitors";
    "detectors": "How well monitors do";
    "settings": "Settings";
    "operations": "Operations";
    "storage": "Storage";
    "import-history": "Bring history along";
    "benchmarks": "Benchmarks";
}

#[derive(Template)]
#[template(path = "docs.html")]
struct DocsPage {
    chrome: Chrome,
    body: String,
    list: Vec<(&'static str, &'static str, bool)>,
}

/// `GET /docs`.
///
/// # Errors
/// 404, which cannot happen: the first document is there.
pub async fn first(viewer: MaybeViewer) -> Result<Html<impl Template>, WebError> {
    show(viewer, Path("quick-start".to_owned())).await
}

/// `GET /docs/{name}`.
///
/// # Errors
/// 404.
pub async fn show(MaybeViewer(viewer): MaybeViewer, Path(name): Path<String>) -> Result<Html<impl Template>, WebError> {
    let document = DOCUMENTS.iter().find(|document| document.name == name).ok_or_else(WebError::no_page)?;
    let list = DOCUMENTS.iter().map(|known| (known.name, known.title, known.name == document.name)).collect();
    Ok(Html(DocsPage { chrome: Chrome::plain(document.title, viewer.as_ref()), body: to_html(document.text), list }))
}

/// Markdown as HTML. The documents are ours; markup in them is shown as text all the same.
fn to_html(markdown: &str) -> String {
    let parser = Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Link { link_type, dest_url: address(&dest_url).into(), title, id })
        }
        other => other,
    });
    let mut body = String::new();
    html::push_html(&mut body, parser);
    // The alignment of columns is a style in an attribute, which the policy of the pages forbids.
    for style in [" style=\"text-align: left\"", " style=\"text-align: right\"", " style=\"text-align: center\""] {
        body = body.replace(style, "");
    }
    let body = body.replace("<th>", "<th scope=\"col\">").replace("<pre>", "<pre tabindex=\"0\">");
    // A wide table scrolls on its own, also by keyboard.
    body.replace("<table>", "<div class=\"scroll\" tabindex=\"0\"><table>").replace("</table>", "</table></div>")
}

/// Links between the files lead to the pages that are made of them.
fn address(link: &CowStr<'_>) -> String {
    let (file, fragment) = link.split_once('#').map_or((&**link, None), |(file, fragment)| (file, Some(fragment)));
    let name = file.strip_suffix(".md").filter(|name| DOCUMENTS.iter().any(|document| document.name == *name));
    match (name, fragment) {
        (Some(name), Some(fragment)) => format!("/docs/{name}#{fragment}"),
        (Some(name), None) => format!("/docs/{name}"),
        (None, _) => link.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_become_pages() {
        for document in DOCUMENTS {
            let html = to_html(document.text);
            assert!(html.starts_with("<h1>") && !html.contains(" style="), "{}", document.name);
        }
        assert_eq!(to_html("[a](cli.md#x) <b>"), "<p><a href=\"/docs/cli#x\">a</a> &lt;b&gt;</p>\n");
    }
}
