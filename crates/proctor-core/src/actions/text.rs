//! What messages to people say unless a workflow says otherwise, as templates; and how values are made safe in them.

/// A text to Slack, in its mrkdwn.
pub const SLACK: &str =
    ":{{icon}}: *{{verb}}* <{{subject.test_url}}|{{subject.test_full_name}}> in {{suite.name}} ({{workflow_event.type}})";
/// The title of an issue.
pub const ISSUE_TITLE: &str = "{{subject.test_full_name}} {{verb}} ({{workflow_event.type}})";
/// The text of an issue, in Markdown.
pub const ISSUE_BODY: &str = "The test [{{subject.test_full_name}}]({{subject.test_url}}) of the suite {{suite.name}} {{verb}}.\n\n\
     * location: {{subject.test_location}}\n* monitor: {{workflow_event.type}}\n* state: {{state}}\n* labels: {{labels}}\n\
     * owners: {{owners}}\n* when: {{occurred_at}}\n\n[Workflow]({{workflow_url}})";
/// The subject of a mail.
pub const MAIL_SUBJECT: &str = "[{{suite.name}}] {{subject.test_full_name}} {{verb}}";
/// The text of a mail.
pub const MAIL_TEXT: &str = "{{subject.test_full_name}} {{verb}} in the suite {{suite.name}}.\n\nTest:     {{subject.test_url}}\n\
     Location: {{subject.test_location}}\nMonitor:  {{workflow_event.type}}\nState:    {{state}}\nLabels:   {{labels}}\n\
     Owners:   {{owners}}\nWhen:     {{occurred_at}}\nWorkflow: {{workflow_url}}\n";
/// What all of them say in place of more tests than a workflow may report.
pub const DIGEST: &str =
    "{{tests}} tests of the suite {{suite.name}} alarmed or recovered, more than are reported one by one: {{workflow_url}}";

/// A value inside Slack's mrkdwn: it must not begin links, mentions or entities.
#[must_use]
pub fn slack_escaped(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A plain text as HTML: lines stay lines, and addresses become links.
#[must_use]
pub fn html_of(text: &str) -> String {
    let mut html = String::from("<!doctype html><html><body><p>");
    for line in text.trim_end().split('\n') {
        for word in line.split_inclusive(' ') {
            let bare = word.trim_end();
            let escaped = html_escaped(bare);
            if bare.starts_with("https://") || bare.starts_with("http://") {
                html.push_str(&format!("<a href=\"{escaped}\">{escaped}</a>{}", &word[bare.len()..]));
            } else {
                html.push_str(&escaped);
                html.push_str(&word[bare.len()..]);
            }
        }
        html.push_str("<br>\n");
    }
    html.push_str("</p></body></html>\n");
    html
}

/// A value inside HTML, in text and in quoted attributes.
#[must_use]
pub fn html_escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A value inside one line, as in a title or a subject: control characters become blanks.
#[must_use]
pub fn one_line(value: &str) -> String {
    value.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// A value inside Markdown: nothing of it is markup, and nobody is mentioned.
#[must_use]
pub fn markdown_escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for letter in one_line(value).chars() {
        match letter {
            '@' => escaped.push_str("@\u{200b}"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '!' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_become_markup() {
        assert_eq!(slack_escaped("<!channel> & co"), "&lt;!channel&gt; &amp; co");
        assert_eq!(markdown_escaped("a [x](y) @team\n# b"), "a \\[x\\](y) @\u{200b}team \\# b");
        assert_eq!(one_line("a\r\nBcc: x"), "a  Bcc: x");
        assert_eq!(
            html_of("a <b>\nsee https://x.test/?a=1&b=\"2\" now\n"),
            "<!doctype html><html><body><p>a &lt;b&gt;<br>\n\
             see <a href=\"https://x.test/?a=1&amp;b=&quot;2&quot;\">https://x.test/?a=1&amp;b=&quot;2&quot;</a> now<br>\n</p></body></html>\n"
        );
    }
}
