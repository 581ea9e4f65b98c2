//! A page of a list: rows are cut out as they are written, and the next page is asked of the same host alone.

use twilio_audit::catalogue::Paging;
use twilio_audit::twilio::parse_page;
use url::Url;

const STYLES: &[(&str, Paging)] = &[
    ("uri", Paging::Uri),
    ("meta", Paging::Meta),
    ("token", Paging::Token),
    ("snake_token", Paging::SnakeToken),
    ("number", Paging::Number),
    ("scim", Paging::Scim),
    ("none", Paging::None),
];
const URL: &str = "https://api.twilio.com/2010-04-01/Accounts/AC1/Keys.json?PageSize=3&Page=2&startIndex=5";

/// The first line is the style of paging; what follows, an answer.
pub fn run(data: &[u8]) {
    let (style, body) = super::first_line(data);
    let (_, paging) = *super::chosen(STYLES, style, |(name, _)| name);
    let url = Url::parse(URL).unwrap();
    for (key, page_size) in [("keys", 3), ("", 3), ("keys", 0)] {
        let Ok(page) = parse_page(body, &url, (key, paging, page_size)) else { continue };
        assert!(page_size == 0 || page.rows.len() <= usize::from(page_size), "more rows than were asked for");
        let within = body.as_ptr_range();
        for row in &page.rows {
            let row = row.get().as_bytes().as_ptr_range();
            assert!(within.start <= row.start && row.end <= within.end, "a row that is not in the answer");
        }
        if let Some(next) = page.next {
            let place = |url: &Url| (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port());
            assert_eq!(place(&next), place(&url), "the next page is elsewhere: {next}");
            assert_eq!(next.path(), url.path(), "the next page is of another list: {next}");
            assert!(next.username().is_empty() && next.password().is_none(), "it signs in anew: {next}");
        }
    }
}
