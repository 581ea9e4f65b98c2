//! Names that people typed: what in them looks like patient data, and what is kept of such a name.

use super::{Pattern, phone, regex, secret, words};

/// How sure a pattern is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strength {
    /// Rarely anything but data about a person.
    Strong,
    /// Often innocent: the number's own name, a product called like a drug.
    Weak,
}

const DATE_OF_BIRTH: &str = "date of birth";
const SOCIAL_SECURITY_NUMBER: &str = "social security number";
const RECORD_NUMBER: &str = "record number";
const EMAIL_ADDRESS: &str = "email address";
const PHONE_NUMBER: &str = "phone number";
const PERSON_NAME: &str = "person name";
const DIAGNOSIS_CODE: &str = "diagnosis code";
const MEDICATION: &str = "medication";

/// A date whose year a patient may have been born in but a deployment was not made in, or any date
/// after a word for birth.
static BIRTH: Pattern = Pattern::new(|| {
    regex(concat!(
        r"(?i)\b(?:19[0-9]{2}|200[0-9])[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12][0-9]|3[01])\b",
        r"|\b(?:0?[1-9]|[12][0-9]|3[01])[-/.](?:0?[1-9]|[12][0-9]|3[01])[-/.](?:19[0-9]{2}|200[0-9])\b",
        r"|\b(?:dob|d\.o\.b\.?|born|birth(?:day|date)?)\b[^0-9]{0,12}",
        r"(?:[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{2,4}|[0-9]{1,2},? +[0-9]{4}|[0-9]{6,8}|[0-9]{4})\b"
    ))
});
static SSN: Pattern =
    Pattern::new(|| regex(r"(?i)\b[0-9]{3}[- ][0-9]{2}[- ][0-9]{4}\b|\bssn\b[^0-9a-z]{0,4}[0-9]{4,9}\b"));
static RECORD: Pattern = Pattern::new(|| {
    regex(
        r"(?i)\b(?:mrn|acct|patient[ _-]?(?:id|no|number)|medical[ _-]?record)[^0-9a-z]{0,4}[a-z]?-?[0-9]{3,}",
    )
});
static EMAIL: Pattern =
    Pattern::new(|| regex(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"));
static PHONE: Pattern =
    Pattern::new(|| regex(r"(?:^|[^0-9A-Za-z])(\+?[(]?[0-9][0-9 ().-]{8,20}[0-9])(?:$|[^0-9A-Za-z])"));
/// Such as in the name that Twilio gives a new subaccount: its day and time are no phone number.
static ISO_DATE: Pattern = Pattern::new(|| regex(r"^(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}\b"));
static PERSON: Pattern =
    Pattern::new(|| regex(r"^\s*(\p{Lu}[\p{L}'’-]+),\s*(\p{Lu}[\p{Ll}'’-]+)(?:\s+\p{Lu}\.?)?\s*$"));
/// Characters of a name at most. Not in the pattern, for which every repetition is another copy of the whole alphabet.
const LONGEST_NAME: usize = 31;
static ICD10: Pattern = Pattern::new(|| regex(r"\b[A-TV-Z][0-9][0-9AB](?:\.[0-9A-TV-Z]{1,4})?\b"));
static IDENTIFIER: Pattern =
    Pattern::new(|| regex(r"(?i)\b[a-z]{2}[0-9a-f]{32}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"));
static MASK: Pattern = Pattern::new(|| regex(r"^.…. \([0-9]+ characters, ([A-Za-z0-9 -]+)\)$"));

/// First names that are common in the United States and rarely mean anything else.
#[rustfmt::skip]
const FIRST_NAMES: &[&str] = &[
    "james", "john", "robert", "michael", "david", "william", "richard", "joseph", "thomas", "charles",
    "christopher", "daniel", "matthew", "anthony", "donald", "steven", "paul", "andrew", "joshua",
    "kenneth", "kevin", "brian", "george", "timothy", "ronald", "edward", "jason", "jeffrey", "ryan",
    "jacob", "nicholas", "gary", "eric", "jonathan", "stephen", "larry", "justin", "scott", "brandon",
    "benjamin", "samuel", "gregory", "alexander", "patrick", "raymond", "dennis", "jerry", "tyler", "aaron",
    "jose", "adam", "nathan", "henry", "zachary", "douglas", "peter", "kyle", "noah", "ethan", "jeremy",
    "walter", "keith", "roger", "terry", "sean", "gerald", "carl", "dylan", "harold", "jesse", "bryan",
    "lawrence", "arthur", "gabriel", "bruce", "alan", "juan", "elijah", "willie", "albert", "wayne",
    "randy", "vincent", "liam", "roy", "bobby", "caleb", "bradley", "russell", "lucas", "luis", "carlos",
    "miguel", "ahmed", "mohammed", "mary", "patricia", "jennifer", "linda", "elizabeth", "barbara", "susan",
    "jessica", "karen", "sarah", "lisa", "nancy", "sandra", "betty", "ashley", "emily", "kimberly",
    "margaret", "donna", "michelle", "carol", "amanda", "melissa", "deborah", "stephanie", "rebecca",
    "sharon", "laura", "cynthia", "dorothy", "amy", "kathleen", "angela", "shirley", "emma", "brenda",
    "pamela", "nicole", "anna", "samantha", "katherine", "christine", "debra", "rachel", "carolyn", "janet",
    "maria", "olivia", "heather", "helen", "catherine", "diane", "julie", "joyce", "lauren", "kelly",
    "christina", "ruth", "joan", "evelyn", "judith", "andrea", "hannah", "megan", "cheryl", "jacqueline",
    "martha", "teresa", "gloria", "sara", "janice", "ann", "kathryn", "abigail", "sophia", "frances",
    "jean", "judy", "alice", "isabella", "julia", "denise", "danielle", "marilyn", "natalie", "beverly",
    "theresa", "doris", "alexis", "diana", "brittany", "kayla", "jane", "ana", "fatima", "priya",
];

/// What stands behind a first name when it names a place, a machine or a thing.
#[rustfmt::skip]
const FIRST_NAMES_ARE_ALSO: &[&str] = &[
    "account", "agent", "api", "app", "bot", "building", "center", "centre", "cell", "clinic", "college", "computer",
    "dev", "desk", "flow", "foundation", "hall", "health", "home", "hospital", "hotline", "house", "iphone", "key",
    "laptop", "line", "macbook", "memorial", "mobile", "number", "phone", "pilot", "prototype", "queue", "room",
    "sandbox", "script", "server", "service", "street", "studio", "team", "tower", "university", "wing", "work",
];

/// Words beside a comma that are places and departments, not people.
const NOT_A_NAME: &[&str] = &[
    "north",
    "south",
    "east",
    "west",
    "central",
    "main",
    "office",
    "sales",
    "support",
    "billing",
    "test",
    "prod",
    "staging",
    "inc",
    "llc",
    "ltd",
    "corp",
    "texas",
    "california",
    "florida",
    "york",
    "georgia",
    "ohio",
    "illinois",
    "virginia",
    "washington",
    "arizona",
    "colorado",
    "michigan",
    "oregon",
    "nevada",
];

/// The medicines named most often in texts to patients, and classes of them.
const MEDICATIONS: &[&str] = &[
    "adderall",
    "albuterol",
    "alprazolam",
    "amlodipine",
    "amoxicillin",
    "atorvastatin",
    "buprenorphine",
    "citalopram",
    "clonazepam",
    "fentanyl",
    "fluoxetine",
    "gabapentin",
    "hydrocodone",
    "ibuprofen",
    "insulin",
    "levothyroxine",
    "lisinopril",
    "lithium carbonate",
    "lorazepam",
    "losartan",
    "metformin",
    "methadone",
    "metoprolol",
    "morphine",
    "naloxone",
    "omeprazole",
    "oxycodone",
    "ozempic",
    "prednisone",
    "sertraline",
    "simvastatin",
    "suboxone",
    "tramadol",
    "truvada",
    "viagra",
    "warfarin",
    "xanax",
    "zoloft",
];

/// A class of patient data and the test for it.
type Class = (&'static str, fn(&str) -> bool);

/// The class of patient data that a name seems to hold, surest first, or none.
pub fn pattern(text: &str) -> Option<&'static str> {
    patterns(text).into_iter().next()
}

/// Every class of patient data that a text seems to hold, surest first.
pub fn patterns(text: &str) -> Vec<&'static str> {
    let text = &*IDENTIFIER.replace_all(text, " ");
    let classes: [Class; 8] = [
        (SOCIAL_SECURITY_NUMBER, |text| SSN.is_match(text)),
        (DATE_OF_BIRTH, |text| BIRTH.is_match(text)),
        (RECORD_NUMBER, |text| RECORD.is_match(text)),
        (EMAIL_ADDRESS, |text| EMAIL.is_match(text)),
        (PERSON_NAME, is_person),
        (DIAGNOSIS_CODE, |text| ICD10.is_match(text) && words::health(text).is_some()),
        (PHONE_NUMBER, has_phone_number),
        (MEDICATION, |text| MEDICATIONS.iter().any(|name| words::has(text, name))),
    ];
    classes.iter().filter(|(_, holds)| holds(text)).map(|(class, _)| *class).collect()
}

fn is_person(text: &str) -> bool {
    is_listed_person(text) || has_full_name(text)
}

/// A common first name with another name behind it, also in `callback_jane_doe`.
fn has_full_name(text: &str) -> bool {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    words.windows(2).any(|pair| {
        FIRST_NAMES.contains(&pair[0].as_str())
            && pair[1].chars().count() >= 3
            && !FIRST_NAMES_ARE_ALSO.contains(&pair[1].as_str())
            && !NOT_A_NAME.contains(&pair[1].as_str())
            && words::health(&pair[1]).is_none()
    })
}

/// `Doe, Jane`
fn is_listed_person(text: &str) -> bool {
    let is_name = |name: &str| {
        name.chars().count() <= LONGEST_NAME && !NOT_A_NAME.contains(&name.to_lowercase().as_str())
    };
    PERSON.captures(text).is_some_and(|names| [1, 2].iter().all(|group| is_name(&names[*group])))
}

fn has_phone_number(text: &str) -> bool {
    PHONE
        .captures_iter(text)
        .filter(|found| !ISO_DATE.is_match(&found[1]))
        .any(|found| (10..=15).contains(&found[1].bytes().filter(u8::is_ascii_digit).count()))
}

/// How sure a class of [`pattern`] is. A phone number is weak: a number's default name is the number.
pub fn strength(class: &str) -> Strength {
    match class {
        PHONE_NUMBER | MEDICATION => Strength::Weak,
        _ => Strength::Strong,
    }
}

/// A text of an enumeration or identifier, that nobody typed: without control characters, cut at 256
/// characters.
pub fn plain(text: &str) -> String {
    let shown = printable(text, None);
    match class(text, &shown, secret_class) {
        Some(class) => mask(&shown, class),
        None => cut(shown),
    }
}

/// The digits of the phone number in a text.
fn last_digits(text: &str) -> String {
    let number =
        PHONE.captures(text).map_or(text, |found| found.get(1).map_or(text, |number| number.as_str()));
    number.chars().filter(char::is_ascii_digit).collect()
}

fn cut(text: String) -> String {
    if text.chars().count() <= LONGEST {
        text
    } else {
        text.chars().take(LONGEST - 1).chain(['…']).collect()
    }
}

/// What is kept of a name: the name, without control characters and cut at 256 characters; of a phone
/// number `phone number …0123`; and when it seems to hold other patient data or a secret,
/// `J…n (12 characters, date of birth)`.
pub fn keep(text: &str) -> String {
    let shown = printable(text, None);
    match class(text, &shown, |text| secret_class(text).or_else(|| pattern(text))) {
        Some(PHONE_NUMBER) => format!("{PHONE_NUMBER} {}", phone::masked(&last_digits(&shown))),
        Some(class) => mask(&shown, class),
        None => cut(shown),
    }
}

/// The class of a text, by every way to read it: as it is shown; with a space for each letter that is not, which may
/// have parted two secrets; and cut, for what is left of a long hash may be as long as a token.
fn class(text: &str, shown: &str, of: impl Fn(&str) -> Option<&'static str>) -> Option<&'static str> {
    let parted =
        || text.contains(is_unseen).then(|| printable(text, Some(' '))).and_then(|parted| of(&parted));
    let left = || (shown.len() > LONGEST).then(|| cut(shown.to_owned())).and_then(|left| of(&left));
    of(shown).or_else(parted).or_else(left)
}

/// The class that [`keep`] named when it masked a name, or none when the name was kept.
pub fn masked_class(kept: &str) -> Option<&str> {
    if kept.strip_prefix(PHONE_NUMBER).is_some_and(|rest| rest.starts_with(" …")) {
        return Some(PHONE_NUMBER);
    }
    MASK.captures(kept).and_then(|found| found.get(1)).map(|class| class.as_str())
}

const LONGEST: usize = 256;

fn secret_class(text: &str) -> Option<&'static str> {
    // The SID of a key is an identifier, not its secret, which may stand beside it.
    secret::kinds_in(text).find(|class| *class != "api key SID").or_else(|| {
        let shape = secret::shape(text);
        match shape.split(':').next() {
            Some("hex" | "base62" | "base64" | "jwt" | "pem" | "cloud-key") if text.len() >= 24 => {
                Some("secret")
            }
            _ => None,
        }
    })
}

fn mask(text: &str, class: &str) -> String {
    let length = text.chars().count();
    let end = |character: Option<char>| character.unwrap_or('…');
    let (first, last) = (end(text.chars().next()), end(text.chars().next_back()));
    format!("{first}…{last} ({length} characters, {class})")
}

/// Names come from strangers: nothing in them may steer a terminal or reorder a line. What would is left out, or this
/// stands in its place.
fn printable(text: &str, in_place: Option<char>) -> String {
    text.chars()
        .filter_map(|c| if is_unseen(c) { in_place } else { Some(c) })
        .map(|c| match c {
            _ if c.is_whitespace() => ' ',
            // What word processors and other keyboards write for a hyphen, a digit or a letter.
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            _ => c,
        })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Whether a letter is not shown, or only moves others. A line break is a space.
fn is_unseen(c: char) -> bool {
    let invisible = ['\u{200b}'..='\u{200f}', '\u{202a}'..='\u{202e}', '\u{2060}'..='\u{206f}'];
    let is_control = c.is_control() && !c.is_whitespace();
    is_control || ['\u{ad}', '\u{feff}'].contains(&c) || invisible.iter().any(|range| range.contains(&c))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn classes() {
        for (text, expected) in [
            ("SubAccount Created at 2026-03-14 09:26 am", None),
            ("callback_jane_smith_oncology", Some(PERSON_NAME)),
            ("Robert Miller room 4", Some(PERSON_NAME)),
            ("Jane laptop", None),
            ("Ruth Memorial Hospital", None),
            ("123 45 6789", Some(SOCIAL_SECURITY_NUMBER)),
            ("MRN#A-12345", Some(RECORD_NUMBER)),
            ("DOB: March 7, 1984", Some(DATE_OF_BIRTH)),
            ("Jane 1984-03-07", Some(DATE_OF_BIRTH)),
            ("03/07/1984", Some(DATE_OF_BIRTH)),
            ("dob 3/7/84", Some(DATE_OF_BIRTH)),
            ("born 1984", Some(DATE_OF_BIRTH)),
            ("Birth center 24/7", None),
            ("123-45-6789", Some(SOCIAL_SECURITY_NUMBER)),
            ("SSN 6789", Some(SOCIAL_SECURITY_NUMBER)),
            ("MRN 0012345", Some(RECORD_NUMBER)),
            ("patient id: 8812", Some(RECORD_NUMBER)),
            ("line of jane@clinic.example", Some(EMAIL_ADDRESS)),
            ("Doe, Jane", Some(PERSON_NAME)),
            ("O'Neill, Mary K.", Some(PERSON_NAME)),
            ("clinic F32.1 line", Some(DIAGNOSIS_CODE)),
            ("(555) 123-4567", Some(PHONE_NUMBER)),
            ("+15551234567", Some(PHONE_NUMBER)),
            ("metformin refills", Some(MEDICATION)),
            ("Austin, Texas", None),
            ("Rollout 2026-11-23", None),
            ("Intake line", None),
            ("Building F32", None),
            ("SK0123456789abcdef0123456789012345", None),
            ("550e8400-e29b-41d4-a716-446655440000", None),
            ("v1.2.3", None),
            ("", None),
        ] {
            assert_eq!(pattern(text), expected, "{text}");
        }
    }

    #[test]
    fn keeps_names_and_masks_data() {
        for (text, expected) in [
            ("Intake line", "Intake line"),
            ("Doe, Jane", "D…e (9 characters, person name)"),
            ("(555) 123-4567", "phone number …4567"),
            ("a\u{1b}[31mb\r\nc\u{202e}d", "a[31mb  cd"),
            ("0123456789abcdef0123456789abcdef", "0…f (32 characters, 32-digit token)"),
            ("xoxb-1234567890-abc", "x…c (19 characters, slack token)"),
            ("SK0123456789abcdef0123456789012345", "SK0123456789abcdef0123456789012345"),
            // The SID of a key is none, and hides no token that stands beside it.
            (
                "SK0123456789abcdef0123456789012345 0123456789abcdef0123456789abcdef",
                "S…f (67 characters, 32-digit token)",
            ),
        ] {
            assert_eq!(keep(text), expected);
            let class = match expected.strip_suffix(')').and_then(|e| Some(e.split_once("characters, ")?.1)) {
                None if expected.starts_with(PHONE_NUMBER) => Some(PHONE_NUMBER),
                class => class,
            };
            assert_eq!(masked_class(expected), class);
        }
        assert_eq!(keep(&"ä".repeat(400)).chars().count(), LONGEST);
    }

    #[test]
    fn what_is_not_shown_parts_no_secret_from_its_neighbour_nor_in_two() {
        const TOKEN: &str = "0123456789abcdef0123456789abcdef";
        for unseen in ['\u{1}', '\0', '\u{ad}', '\u{200b}', '\u{feff}'] {
            let (before, after) = TOKEN.split_at(9);
            for text in [format!("{TOKEN}{unseen}{TOKEN}"), format!("{before}{unseen}{after}")] {
                for kept in [keep(&text), plain(&text)] {
                    assert!(
                        kept.ends_with(", 32-digit token)") || kept.ends_with(", secret)"),
                        "{text:?}: {kept}"
                    );
                }
            }
            assert_eq!(keep(&format!("clinic{unseen}line")), "clinicline");
        }
        let hash_that_is_cut = format!("{} {}", "x".repeat(LONGEST - 34), TOKEN.repeat(2));
        assert!(keep(&hash_that_is_cut).ends_with(", 32-digit token)"));
    }

    proptest! {
        #[test]
        fn keeping_twice_changes_nothing(text in "\\PC{0,300}") {
            let once = keep(&text);
            prop_assert_eq!(keep(&once), once);
        }

        #[test]
        fn no_name_of_a_person_survives(name in "[A-Z][b-m]{4,9}, [A-Z][n-y]{4,9}") {
            let kept = keep(&name);
            prop_assert!(!kept.contains(&name[..4]), "{}", kept);
        }
    }
}
