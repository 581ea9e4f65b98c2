//! The paragraphs of 45 CFR that checks cite, in plain words.

/// What a paragraph binds to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// A standard.
    Standard,
    /// A specification that must be met as it is.
    Required,
    /// A specification that may be met by another measure, if it is written down why: 164.306(d)(3).
    Addressable,
}

impl Duty {
    /// One word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Required => "required",
            Self::Addressable => "addressable",
        }
    }
}

/// A paragraph, and what it asks.
#[derive(Debug, Clone, Copy)]
pub struct Citation {
    /// As checks write it, without "45 CFR".
    pub paragraph: &'static str,
    /// What it binds to.
    pub duty: Duty,
    /// What it asks, in plain words; a reader must look into the text.
    pub asks: &'static str,
}

const fn of(paragraph: &'static str, duty: Duty, asks: &'static str) -> Citation {
    Citation { paragraph, duty, asks }
}

/// Every paragraph that a built-in check cites, in the order of the law. Source: 45 CFR Part 164, read 2026-11.
pub const CITATIONS: &[Citation] = {
    use Duty::{Addressable, Required, Standard};
    &[
        of("164.308(a)(1)(ii)(A)", Required, "Know where PHI is and what can happen to it"),
        of("164.308(a)(1)(ii)(B)", Required, "Bring the risks that were found down to a reasonable level"),
        of("164.308(a)(1)(ii)(D)", Required, "Look regularly at records of what the systems did"),
        of("164.308(a)(3)(i)", Standard, "Let those of the workforce at PHI who need it, and nobody else"),
        of("164.308(a)(3)(ii)(B)", Addressable, "Look whether somebody's access is appropriate"),
        of("164.308(a)(3)(ii)(C)", Addressable, "End the access of those of the workforce who go"),
        of("164.308(a)(4)(i)", Standard, "Have rules for granting access to PHI"),
        of("164.308(a)(4)(ii)(B)", Addressable, "Grant access by role, workload or program"),
        of("164.308(a)(4)(ii)(C)", Addressable, "Review access and change it as needs change"),
        of("164.308(a)(5)(i)", Standard, "Train the workforce"),
        of("164.308(a)(5)(ii)(C)", Addressable, "Watch log-ins, and tell of odd ones"),
        of("164.308(a)(5)(ii)(D)", Addressable, "Create, change and guard passwords"),
        of("164.308(a)(6)(i)", Standard, "Have a way to deal with incidents"),
        of("164.308(a)(6)(ii)", Required, "Find incidents, answer them, limit the harm and write it down"),
        of("164.308(a)(7)(i)", Standard, "Have a plan for emergencies"),
        of("164.308(a)(7)(ii)(C)", Required, "Keep what matters running in an emergency"),
        of("164.308(a)(7)(ii)(D)", Addressable, "Try the plan, and revise it"),
        of("164.308(a)(8)", Standard, "Evaluate from time to time, and when things change"),
        of("164.308(b)(1)", Standard, "Give PHI to a business associate only with satisfactory assurances"),
        of("164.308(b)(2)", Standard, "A business associate asks the same of its subcontractors"),
        of("164.308(b)(3)", Required, "Have those assurances in writing"),
        of("164.310(d)(2)(i)", Required, "Dispose of PHI and of what it is stored on"),
        of("164.312(a)(1)", Standard, "Let only those persons and programs at PHI that may have access"),
        of("164.312(a)(2)(i)", Required, "Give each user a name or number of their own"),
        of("164.312(a)(2)(iii)", Addressable, "End a session that nobody uses"),
        of("164.312(a)(2)(iv)", Addressable, "Encrypt PHI where it is stored"),
        of("164.312(b)", Standard, "Record and examine what happens where PHI is"),
        of("164.312(c)(1)", Standard, "Protect PHI from being altered or destroyed wrongly"),
        of("164.312(d)", Standard, "Make sure that who asks for PHI is who they say"),
        of("164.312(e)(1)", Standard, "Guard PHI on its way over a network"),
        of("164.312(e)(2)(i)", Addressable, "Notice when PHI was changed on its way"),
        of("164.312(e)(2)(ii)", Addressable, "Encrypt PHI on its way wherever that is appropriate"),
        of("164.314(a)(1)", Standard, "What a contract with a business associate must hold for security"),
        of("164.314(a)(2)(i)", Required, "What the contract with a business associate must say of security"),
        of("164.314(a)(2)(iii)", Required, "The same between a business associate and its subcontractor"),
        of("164.316(b)(1)", Standard, "Keep policies, and what was done, in writing"),
        of("164.316(b)(2)", Required, "Keep, hand out and update what is in writing"),
        of("164.316(b)(2)(iii)", Required, "Review it from time to time, and update it"),
        of(
            "164.404-410",
            Standard,
            "Tell people, the media and HHS of a breach, and a covered entity as its associate",
        ),
        of("164.502(a)(3)", Standard, "A business associate uses PHI only as its contract or the law allows"),
        of("164.502(b)", Standard, "Use and disclose the least that does"),
        of("164.502(e)", Standard, "Disclose to a business associate only with assurances"),
        of("164.502(e)(1)", Standard, "Disclose to a business associate only with assurances"),
        of(
            "164.502(e)(1)(i)",
            Standard,
            "A covered entity gets assurances before it lets a business associate have PHI",
        ),
        of(
            "164.502(e)(1)(ii)",
            Standard,
            "A business associate gets them before it lets a subcontractor have PHI",
        ),
        of("164.504(e)", Standard, "What a contract with a business associate must hold"),
        of("164.504(e)(2)", Required, "What the contract must allow, forbid and ask for"),
        of("164.504(e)(2)(i)", Required, "The contract says which uses and disclosures are allowed"),
        of("164.514(b)(2)", Required, "Which identifiers must go before data counts as de-identified"),
        of(
            "164.530(c)(1)",
            Standard,
            "Guard the privacy of PHI by administrative, technical and physical means",
        ),
    ]
};

/// The standards and specifications of the Security Rule (45 CFR 164.308 to 164.316) that no built-in check looks at, in
/// the order of the law: they ask for people, papers, buildings and systems that are not Twilio.
pub const NOT_LOOKED_AT: &[Citation] = {
    use Duty::{Addressable, Required, Standard};
    &[
        of("164.308(a)(1)(i)", Standard, "Prevent, find, contain and correct security violations"),
        of("164.308(a)(1)(ii)(C)", Required, "Sanction those of the workforce who break the policies"),
        of("164.308(a)(2)", Standard, "Name the one who answers for security"),
        of("164.308(a)(3)(ii)(A)", Addressable, "Authorize and supervise those who work with PHI"),
        of("164.308(a)(4)(ii)(A)", Required, "Keep a clearinghouse apart from the larger organization"),
        of("164.308(a)(5)(ii)(A)", Addressable, "Remind people of security"),
        of("164.308(a)(5)(ii)(B)", Addressable, "Guard against malicious software"),
        of("164.308(a)(7)(ii)(A)", Required, "Make copies of PHI that can be brought back"),
        of("164.308(a)(7)(ii)(B)", Required, "Bring lost data back"),
        of("164.308(a)(7)(ii)(E)", Addressable, "Say which applications and data matter most"),
        of("164.310(a)(1)", Standard, "Limit who can enter where the systems are"),
        of("164.310(a)(2)(i)", Addressable, "Let people in to bring data back in an emergency"),
        of("164.310(a)(2)(ii)", Addressable, "Guard the building and what is in it"),
        of("164.310(a)(2)(iii)", Addressable, "Control who enters, visitors too"),
        of("164.310(a)(2)(iv)", Addressable, "Write down repairs of doors, walls and locks"),
        of("164.310(b)", Standard, "Say how workstations are used, and where they stand"),
        of("164.310(c)", Standard, "Guard workstations that reach PHI"),
        of("164.310(d)(1)", Standard, "Know which hardware and media with PHI come, go and move"),
        of("164.310(d)(2)(ii)", Required, "Remove PHI from media before they are used again"),
        of("164.310(d)(2)(iii)", Addressable, "Keep a record of where media go and who answers for them"),
        of("164.310(d)(2)(iv)", Addressable, "Copy PHI before equipment is moved"),
        of("164.312(a)(2)(ii)", Required, "Reach PHI in an emergency"),
        of("164.312(c)(2)", Addressable, "Be able to show that PHI was not altered or destroyed"),
        of("164.314(a)(2)(ii)", Required, "Other arrangements, as between government bodies"),
        of("164.314(b)(1)", Standard, "What the documents of a group health plan must say"),
        of("164.314(b)(2)", Required, "The same, point by point"),
        of("164.316(a)", Standard, "Have policies and procedures for all of this"),
        of("164.316(b)(2)(i)", Required, "Keep what is in writing for six years"),
        of("164.316(b)(2)(ii)", Required, "Hand what is in writing to those who need it"),
    ]
};

/// What is known of a paragraph.
pub fn citation(paragraph: &str) -> Option<&'static Citation> {
    CITATIONS.iter().find(|citation| citation.paragraph == paragraph)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::audit::built_in;

    /// Every standard and specification of 45 CFR 164.308 to 164.316, and what each section has of them, counted in the
    /// text of the law. 164.316(b)(2) heads three specifications and is none itself.
    #[test]
    fn every_paragraph_of_the_security_rule_is_either_cited_or_said_not_to_be_looked_at() {
        let checks = built_in().unwrap();
        let is_of_rule = |paragraph: &&str| paragraph.starts_with("164.3") && *paragraph != "164.316(b)(2)";
        let cited: BTreeSet<&str> =
            checks.iter().flat_map(|check| &check.citations).map(String::as_str).filter(is_of_rule).collect();
        let not_looked_at: BTreeSet<&str> = NOT_LOOKED_AT.iter().map(|one| one.paragraph).collect();
        assert_eq!(not_looked_at.len(), NOT_LOOKED_AT.len());
        assert_eq!(
            cited.intersection(&not_looked_at).collect::<Vec<_>>(),
            [&""; 0],
            "cited, and not looked at"
        );
        let all: BTreeSet<&str> = cited.union(&not_looked_at).copied().collect();
        for (section, paragraphs) in
            [("164.308", 31), ("164.310", 12), ("164.312", 12), ("164.314", 6), ("164.316", 5)]
        {
            let of_section: Vec<_> = all.iter().filter(|one| one.starts_with(section)).collect();
            assert_eq!(of_section.len(), paragraphs, "{of_section:?}");
        }
    }

    /// A required specification, and the standard on assurances of associates, know no other measure.
    #[test]
    fn only_what_is_addressable_throughout_may_be_replaced() {
        let checks = built_in().unwrap();
        for (id, expected) in [
            ("webhook-http", true),
            ("trunk-not-secure", true),
            ("environments-mixed", true),
            ("key-unattributed", false),
            ("webhook-host-not-allowed", false),
            ("event-sink-insecure", false),
            ("baa-not-executed", false),
        ] {
            let check = checks.iter().find(|check| check.id == id).unwrap();
            assert_eq!(check.is_addressable(), expected, "{id}: {:?}", check.citations);
        }
    }

    #[test]
    fn specifications_are_no_standards() {
        for paragraph in ["164.316(b)(2)", "164.514(b)(2)", "164.504(e)(2)"] {
            assert_eq!(citation(paragraph).map(|known| known.duty), Some(Duty::Required), "{paragraph}");
        }
    }
}
