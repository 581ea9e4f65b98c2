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
        of("164.308(a)(3)(ii)(C)", Addressable, "End access when a person or a need goes"),
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
        of("164.310(d)(1)", Standard, "Know which media with PHI come, go and move"),
        of("164.310(d)(2)(i)", Required, "Dispose of PHI and of what it is stored on"),
        of("164.310(d)(2)(iii)", Addressable, "Keep a record of where media go and who answers for them"),
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
        of("164.314(a)(2)(iii)", Required, "The same between a business associate and its subcontractor"),
        of("164.316(b)(1)", Standard, "Keep policies, and what was done, in writing"),
        of("164.316(b)(2)", Standard, "Keep, hand out and update what is in writing"),
        of("164.316(b)(2)(i)", Required, "Keep it for six years"),
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
        of("164.514(b)(2)", Standard, "Which identifiers must go before data counts as de-identified"),
        of(
            "164.530(c)(1)",
            Standard,
            "Guard the privacy of PHI by administrative, technical and physical means",
        ),
    ]
};

/// What is known of a paragraph.
pub fn citation(paragraph: &str) -> Option<&'static Citation> {
    CITATIONS.iter().find(|citation| citation.paragraph == paragraph)
}
