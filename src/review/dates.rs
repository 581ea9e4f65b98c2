//! Days as spreadsheets write them.

use jiff::civil::Date;

/// The order in which a spreadsheet writes a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `2026-11-23`, `23-Nov-26`: nothing to mistake.
    Plain,
    /// `11/23/2026`.
    MonthFirst,
    /// `23/11/2026`.
    DayFirst,
}

/// Why a text is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoDay {
    Unreadable,
    Ambiguous(Date, Date),
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Every day that a text may mean.
pub(super) fn readings(text: &str) -> Vec<(Order, Date)> {
    let text = without_midnight(text.trim());
    let parts: Vec<&str> =
        text.split([' ', '-', '/', '.', ',']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let &[one, two, three] = parts.as_slice() else { return Vec::new() };
    let with_name = match (month_of(one), month_of(two)) {
        (Some(month), _) => Some((three, month, two)),
        (_, Some(month)) => Some((three, month, one)),
        _ => None,
    };
    if let Some((year, month, day)) = with_name {
        return day_of(year, Some(month), day).map(|date| (Order::Plain, date)).into_iter().collect();
    }
    let read = |order, year, month: &str, day| day_of(year, number(month, 2), day).map(|date| (order, date));
    if one.len() == 4 {
        return read(Order::Plain, one, two, three).into_iter().collect();
    }
    let day_first = read(Order::DayFirst, three, two, one);
    // With points the day stands first everywhere.
    let month_first = if text.contains('.') { None } else { read(Order::MonthFirst, three, one, two) };
    [month_first, day_first].into_iter().flatten().collect()
}

/// The one day that a text means, where the order is known or does not matter.
pub(super) fn read(text: &str, known: Option<Order>) -> Result<Date, NoDay> {
    let all = readings(text);
    let in_known_order = all.iter().find(|(order, _)| known == Some(*order));
    match (in_known_order, all.as_slice()) {
        (Some((_, day)), _) | (None, [(_, day)]) => Ok(*day),
        (None, [(_, one), (_, other), ..]) if one == other => Ok(*one),
        (None, [(_, one), (_, other), ..]) => Err(NoDay::Ambiguous(*one, *other)),
        (None, []) => Err(NoDay::Unreadable),
    }
}

/// The order that a spreadsheet uses, told by a day that it was given.
pub fn order_of(given: &str, found: &str) -> Option<Order> {
    let given = Date::strptime("%Y-%m-%d", given).ok()?;
    let mut fitting = readings(found).into_iter().filter(|(_, day)| *day == given).map(|(order, _)| order);
    let first = fitting.next()?;
    if fitting.next().is_some() { None } else { Some(first) }.filter(|order| *order != Order::Plain)
}

fn day_of(year: &str, month: Option<i16>, day: &str) -> Option<Date> {
    let year = match year.len() {
        4 => number(year, 4)?,
        2 => 2000 + number(year, 2)?,
        _ => return None,
    };
    Date::new(year, i8::try_from(month?).ok()?, i8::try_from(number(day, 2)?).ok()?).ok()
}

fn number(text: &str, digits: usize) -> Option<i16> {
    let is_number = (1..=digits).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

pub(super) fn month_of(text: &str) -> Option<i16> {
    let begin = text.get(..3)?.to_ascii_lowercase();
    let is_word = text.bytes().all(|b| b.is_ascii_alphabetic());
    let month = MONTHS.iter().position(|month| *month == begin).filter(|_| is_word)?;
    i16::try_from(month + 1).ok()
}

/// Without a time of day that says nothing.
fn without_midnight(text: &str) -> &str {
    [" 00:00:00", "T00:00:00", " 00:00", " 0:00"]
        .iter()
        .find_map(|time| text.strip_suffix(time))
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_where_it_can_mean_one_thing() {
        for (text, known, expected) in [
            ("2026-11-23", None, "2026-11-23"),
            ("2026/11/23", None, "2026-11-23"),
            ("2026-11-23 00:00:00", None, "2026-11-23"),
            ("11/23/26", None, "2026-11-23"),
            ("11/23/2026", None, "2026-11-23"),
            ("23/11/2026", None, "2026-11-23"),
            ("3.4.2027", None, "2027-04-03"),
            ("23.11.26", None, "2026-11-23"),
            ("5/5/2027", None, "2027-05-05"),
            ("3/4/2027", Some(Order::MonthFirst), "2027-03-04"),
            ("3/4/2027", Some(Order::DayFirst), "2027-04-03"),
            ("23-Nov-26", None, "2026-11-23"),
            ("Nov 23, 2026", None, "2026-11-23"),
        ] {
            let expected: Date = expected.parse().unwrap();
            assert_eq!(read(text, known), Ok(expected), "{text}");
        }
        let days = ["2027-03-04", "2027-04-03"].map(|day| day.parse::<Date>().unwrap());
        assert_eq!(read("3/4/2027", None), Err(NoDay::Ambiguous(days[0], days[1])));
        for text in
            ["", "soon", "46349", "2026-02-30", "31/31/2026", "2026-11", "1/2/3/4", "2026-11-23 08:00"]
        {
            assert_eq!(read(text, None), Err(NoDay::Unreadable), "{text}");
        }
    }

    #[test]
    fn a_known_day_tells_the_order() {
        assert_eq!(order_of("2026-11-23", "11/23/26"), Some(Order::MonthFirst));
        assert_eq!(order_of("2026-11-23", "23/11/2026"), Some(Order::DayFirst));
        assert_eq!(order_of("2026-11-11", "11/11/2026"), None);
        assert_eq!(order_of("2026-11-23", "2026-11-23"), None);
        assert_eq!(order_of("2026-11-23", "11/24/26"), None);
    }
}
