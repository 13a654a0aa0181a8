use crate::model::Body;
use std::time::{Duration, Instant};

fn check(html: &str, expect: &str) {
    let body = Body::Html(html.to_owned()).render();
    let lines: Vec<&str> = body
        .html
        .split('\n')
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(lines.join(""), expect, "{html}");
    assert!(!body.changed, "{html} is reported");
}

#[test]
fn word_paragraphs_headings_and_runs_become_plain() {
    check(
        "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><head><meta name=Generator content=\"Microsoft Word 15\">\
         <title>x</title><style><!-- p.MsoNormal {margin:0cm;} --></style><!--[if gte mso 9]><xml><w:x>1</w:x></xml><![endif]--></head>\
         <body lang=EN-US style='tab-interval:36.0pt'><div class=WordSection1>\
         <p class=MsoTitle>Results</p><h1 style='x'>Sales<o:p></o:p></h1>\
         <p class=MsoNormal style='margin:0'><b style='mso-bidi-font-weight:normal'>Acme</b><span style='mso-spacerun:yes'>&nbsp; </span>of \
         <st1:place w:st=\"on\">Reno</st1:place> rose <span style='font-weight:bold'>12</span><span\nstyle=\"font-style:italic\"> %</span>.<o:p></o:p></p>\
         <p class=MsoNormal><o:p>&nbsp;</o:p></p></div></body></html>",
        "<h2>Results</h2><h2>Sales</h2><p><b>Acme</b> of Reno rose <strong>12</strong><em> %</em>.</p>",
    );
}

#[test]
fn word_lists_become_lists() {
    let item = |level: u8, bullet: &str, text: &str| {
        format!(
            "<p class=MsoListParagraphCxSpMiddle style='text-indent:-18.0pt;mso-list:l0 level{level} lfo1'><![if !supportLists]>\
             <span style='mso-fareast-font-family:Symbol'><span style='mso-list:Ignore'>{bullet}<span style='font:7.0pt'>&nbsp;&nbsp;&nbsp; \
             </span></span></span><![endif]>{text}<o:p></o:p></p>"
        )
    };
    let parts = [
        item(1, "·", "One"),
        item(2, "o", "Inner"),
        item(1, "·", "Two <b>bold</b>"),
        "<p class=MsoNormal>Text</p>".into(),
        item(1, "1.", "First"),
        item(1, "2.", "Second"),
    ];

    check(
        &parts.concat(),
        "<ul><li>One<ul><li>Inner</li></ul></li><li>Two <b>bold</b></li></ul><p>Text</p><ol><li>First</li><li>Second</li></ol>",
    );
}

#[test]
fn word_tables_keep_their_cells_and_lose_their_paragraphs() {
    check(
        "<table class=MsoTableGrid border=1 style='mso-yfti-tbllook:1184'><tr style='mso-yfti-irow:0'><td width=200 style='x'>\
         <p class=MsoNormal><b>Quarter</b><o:p></o:p></p></td><td colspan=2><p class=MsoNormal>Revenue</p><p class=MsoNormal>in dollars</p></td></tr></table>",
        "<table><tbody><tr><td><b>Quarter</b></td><td colspan=\"2\">Revenue<br>in dollars</td></tr></tbody></table>",
    );
}

#[test]
fn google_docs_wrappers_go() {
    check(
        "<meta charset='utf-8'><b style=\"font-weight:normal;\" id=\"docs-internal-guid-1\"><h2 dir=\"ltr\"><span style=\"font-weight:400\">Head</span></h2>\
         <p dir=\"ltr\" style=\"line-height:1.38\"><span style=\"font-weight:700;font-style:italic\">Bold</span><span> and \
         </span><a href=\"https://a.example/\"><span style=\"text-decoration:underline\">link</span></a></p><ul><li dir=\"ltr\"><p role=\"presentation\">\
         <span>Item</span></p></li></ul></b><br class=\"Apple-interchange-newline\">",
        "<h2 dir=\"ltr\">Head</h2><p dir=\"ltr\"><strong><em>Bold</em></strong> and <a href=\"https://a.example/\" rel=\"noopener \
         nofollow\">link</a></p><ul><li dir=\"ltr\">Item</li></ul>",
    );
}

#[test]
fn libreoffice_and_plain_containers_become_paragraphs() {
    check(
        "<meta name=\"generator\" content=\"LibreOffice 7.4\"/><p align=\"left\" style=\"margin-bottom: 0.25cm\"><font face=\"Arial, serif\"><font size=\"3\">\
         <span lang=\"de-DE\"><b>Umsatz</b></span></font></font><sup>1</sup></p>",
        "<p><b>Umsatz</b><sup>1</sup></p>",
    );
    check(
        "<div>One</div><div>Two<br>lines</div>three",
        "<p>One</p><p>Two<br>lines</p><p>three</p>",
    );
    check("<a name=\"_Toc1\">Head</a> of it", "<p>Head of it</p>");
    check("Just <i>text</i>", "<p>Just <i>text</i></p>");
    check("<p>a<p>b", "<p>a</p><p>b</p>");
    check("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>");
    check("<p>5\u{a0}%</p>", "<p>5&nbsp;%</p>");
    check(
        "<blockquote><p>q</p></blockquote>",
        "<blockquote><p>q</p></blockquote>",
    );
    check(
        "<table>a<b>b</b><tr><td>c</td></tr></table>",
        "<table><tbody><tr><td>a<b>b</b></td></tr><tr><td>c</td></tr></tbody></table>",
    );
    check("<p>1 &lt; 2 &amp;amp; 3</p>", "<p>1 &lt; 2 &amp;amp; 3</p>");
}

#[test]
fn preformatted_text_keeps_its_lines() {
    let body = Body::Html("<pre>a\n<b>b</b>\n\n<i>c</i></pre>".into()).render();

    assert_eq!(body.html, "<pre>a\n<b>b</b>\n\n<i>c</i></pre>");
}

#[test]
fn table_columns_of_markdown_keep_their_side() {
    let body = Body::Markdown("| A | B |\n|---|---:|\n| x | 1 |\n".into()).render();

    assert!(
        body.html.contains("<td align=\"right\">1</td>"),
        "{}",
        body.html
    );
}

#[test]
fn hostile_html_is_rendered_soon() {
    // A quarter of the largest submission: builds without optimisation are ten times slower.
    let size = if cfg!(debug_assertions) {
        1 << 18
    } else {
        1 << 20
    };
    let fill = |unit: &str| unit.repeat(size / unit.len());
    let numbered: String = (0..size / 26)
        .map(|n| format!("<b title=\"{n}\"><p>x"))
        .collect();
    let cases = [
        fill("<b>"),
        fill("<div>"),
        fill("<blockquote>x"),
        fill("<ul><li>x"),
        fill("<table><tr><td>x"),
        fill("<td>x"),
        format!("<table>{}", fill("x<br>")),
        format!("<table>{}", fill("<b>x")),
        format!("<table><tr>{}", fill("<td>x</td>")),
        format!("<table>{}", fill("<tr><td>x</td><td>y</td></tr>")),
        fill("</p>"),
        fill("<a href=https://a.example>x"),
        fill("<"),
        fill("<!--"),
        fill("&amp;"),
        fill("<b></i>"),
        fill("<font style='font-weight:bold'>x"),
        fill("<svg><math>"),
        fill("<p class=MsoListParagraph style='mso-list:l0 level9 lfo1'>x"),
        fill("<select><option>"),
        fill("x "),
        fill("x"),
        numbered,
    ];
    for html in cases {
        let begin: String = html.chars().take(60).collect();
        let started = Instant::now();
        let body = Body::Html(html).render();
        let took = started.elapsed();
        eprintln!("{begin:?} {took:?}");
        // Generous, for a build without optimisation on a busy machine.
        assert!(took < Duration::from_secs(20), "{begin} took {took:?}");
        assert!(
            body.html.len() < 40 << 20,
            "{begin} grew to {} bytes",
            body.html.len()
        );
    }
}
