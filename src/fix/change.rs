//! One change, forth or back: look, say so in the journal, send, say so again, look again.

use super::journal::{Event, Journal, JournalError};
use super::look::{Aim, BETWEEN_LOOKS, LOOKS, Standing, look, standing, who};
use super::value::sent;
use super::writer::{Sent, Writer};
use crate::credentials::{Caller, Credential, Credentials};
use crate::model::{AccountSid, FieldChange, FixStep, Method, WayBack, WriteCall};
use crate::twilio::{Client, Failure};

/// What a change is made with.
#[derive(Debug)]
pub struct Hands<'h> {
    /// Reads.
    pub client: &'h Client,
    /// Writes.
    pub writer: &'h Writer,
    /// As whom.
    pub credentials: &'h Credentials,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepEnd {
    /// It is as it is to be, with more about it where there is something to say.
    Done(String),
    /// Nothing was sent, and why.
    Skipped(String),
    /// Something unexpected: nothing more may be done.
    Stopped(String),
}

/// A step in one direction.
#[derive(Debug)]
pub(super) struct Move<'s> {
    step: &'s FixStep,
    back: bool,
    call: WriteCall,
    fields: Vec<FieldChange>,
    aim: Aim,
}

impl<'s> Move<'s> {
    /// As planned.
    pub(super) fn forth(step: &'s FixStep) -> Self {
        let aim = match step.call.method {
            Method::Post => Aim::Changed,
            Method::Delete => Aim::Gone,
        };
        Self { step, back: false, call: step.call.clone(), fields: step.fields.clone(), aim }
    }

    /// The way back; nothing where there is none.
    pub(super) fn back(step: &'s FixStep) -> Option<Self> {
        match &step.way_back {
            WayBack::Restore => {
                let form = step.fields.iter().filter_map(|field| {
                    let parameter = field.parameter.clone()?;
                    Some(sent(&field.before)?.into_iter().map(move |value| (parameter.clone(), value)))
                });
                let call = WriteCall { form: form.flatten().collect(), ..step.call.clone() };
                let turned = |field: &FieldChange| FieldChange {
                    before: field.after.clone().unwrap_or_else(|| field.before.clone()),
                    after: Some(field.before.clone()),
                    ..field.clone()
                };
                let fields = step.fields.iter().map(turned).collect();
                Some(Self { step, back: true, call, fields, aim: Aim::Changed })
            }
            WayBack::MakeAgain { call } => {
                Some(Self { step, back: true, call: call.clone(), fields: Vec::new(), aim: Aim::Anew })
            }
            WayBack::None => None,
        }
    }

    /// Makes the change, if things still stand as they did.
    pub(super) async fn make(
        &self,
        hands: &Hands<'_>,
        journal: &mut Journal,
    ) -> Result<StepEnd, JournalError> {
        let (number, back) = (self.step.number, self.back);
        let end = match self.callers(hands) {
            Ok((account, reads, writes)) => self.make_as(hands, journal, &account, reads, writes).await?,
            Err(why) => StepEnd::Stopped(why),
        };
        journal.write(match end.clone() {
            StepEnd::Done(note) => Event::Done { number, back, note },
            StepEnd::Skipped(why) => Event::Skipped { number, back, why },
            StepEnd::Stopped(why) => Event::Stopped { number, back, why },
        })?;
        Ok(end)
    }

    /// Whose it is, and who reads and who writes there.
    fn callers<'h>(&self, hands: &Hands<'h>) -> Result<(AccountSid, Caller<'h>, Caller<'h>), String> {
        let account: AccountSid =
            self.step.about.account_sid.parse().map_err(|_| "it names no account".to_owned())?;
        let caller = |address: &str| {
            let found = who(hands.credentials, &account, address);
            found.map(Credential::caller).ok_or_else(|| no_credential(&account))
        };
        let (reads, writes) = (caller(&self.step.read_url)?, caller(&self.call.url)?);
        Ok((account, reads, writes))
    }

    async fn make_as(
        &self,
        hands: &Hands<'_>,
        journal: &mut Journal,
        account: &AccountSid,
        reads: Caller<'_>,
        writes: Caller<'_>,
    ) -> Result<StepEnd, JournalError> {
        if self.aim == Aim::Anew && self.was_begun(journal) {
            let why = "nobody knows whether it was made again before: look before you try once more";
            return Ok(StepEnd::Stopped(why.to_owned()));
        }
        match self.look(hands, account, reads).await {
            Err(failure) => return Ok(stopped("it could not be read again", &failure)),
            Ok(Standing::Done) => return Ok(self.is_done_already(journal)),
            Ok(Standing::Different(why)) => return Ok(StepEnd::Skipped(why)),
            Ok(Standing::AsPlanned) => {}
        }
        let (number, back) = (self.step.number, self.back);
        let step = Box::new(self.step.clone());
        journal.write(Event::AboutTo { back, user: writes.user.to_owned(), step })?;
        let answer = hands.writer.send(&self.call, writes).await;
        let (http_status, twilio_code) = match &answer {
            Sent::Accepted { status, .. } => (Some(*status), None),
            Sent::Refused(failure) | Sent::Unknown(failure) => (failure.http_status, failure.twilio_code),
        };
        let refused = matches!(answer, Sent::Refused(_));
        let said = Event::Answered { number, back, http_status, twilio_code, refused };
        journal.write(said).map_err(|error| JournalError::Unsaid { number, error: Box::new(error) })?;
        Ok(match answer {
            Sent::Refused(failure) => stopped("Twilio refused the change", &failure),
            Sent::Accepted { .. } if self.aim == Aim::Anew => {
                StepEnd::Done("it was made again, with another SID".to_owned())
            }
            Sent::Unknown(failure) if self.aim == Aim::Anew => {
                stopped("nobody knows whether it was made again: look before you try once more", &failure)
            }
            Sent::Accepted { .. } => match self.comes_true(hands, account, reads).await {
                Ok(true) => StepEnd::Done(String::new()),
                Ok(false) => {
                    StepEnd::Stopped("Twilio accepted the change, and nothing of it is to be seen".to_owned())
                }
                Err(failure) => {
                    stopped("Twilio accepted the change, and it could not be read again", &failure)
                }
            },
            Sent::Unknown(failure) => match self.comes_true(hands, account, reads).await {
                Ok(true) => StepEnd::Done(format!("the change was made, although {}", in_words(&failure))),
                Ok(false) => stopped("nothing of the change is to be seen so far", &failure),
                Err(_) => stopped("nobody knows whether the change was made", &failure),
            },
        })
    }

    /// Nothing is to be done: it was done by somebody else, or by a run that was interrupted before it could say so.
    fn is_done_already(&self, journal: &Journal) -> StepEnd {
        if self.was_begun(journal) {
            StepEnd::Done("made by the run that was interrupted".to_owned())
        } else if self.back {
            StepEnd::Skipped("it is as it was before already".to_owned())
        } else {
            StepEnd::Skipped("it is as planned already: somebody else made the change".to_owned())
        }
    }

    /// Whether it was sent before, and may have been made.
    fn was_begun(&self, journal: &Journal) -> bool {
        journal.begun(self.back).iter().any(|step| step.number == self.step.number)
    }

    /// Whether the change is to be seen, by and by.
    async fn comes_true(
        &self,
        hands: &Hands<'_>,
        account: &AccountSid,
        caller: Caller<'_>,
    ) -> Result<bool, Failure> {
        for left in (0..LOOKS).rev() {
            if self.look(hands, account, caller).await? == Standing::Done {
                return Ok(true);
            }
            if left > 0 {
                tokio::time::sleep(BETWEEN_LOOKS).await;
            }
        }
        Ok(false)
    }

    async fn look(
        &self,
        hands: &Hands<'_>,
        account: &AccountSid,
        caller: Caller<'_>,
    ) -> Result<Standing, Failure> {
        let found = look(hands.client, &self.step.read_url, caller).await?;
        Ok(standing(&found, account, self.aim, &self.fields))
    }
}

/// That nobody may change anything there, and what to supply.
pub(super) fn no_credential(account: &AccountSid) -> String {
    format!("no credential for {account} was given: only its own can change it at this address")
}

fn stopped(what: &str, failure: &Failure) -> StepEnd {
    StepEnd::Stopped(format!("{what}: {}", in_words(failure)))
}

pub(super) fn in_words(failure: &Failure) -> String {
    let status = failure.http_status.map(|status| format!(" (HTTP {status}"));
    let code = failure.twilio_code.map(|code| format!(", Twilio's code {code}"));
    let permission = failure.missing_permission.as_ref().map(|missing| format!(": it needs {missing}"));
    match status {
        Some(status) => {
            let code = code.unwrap_or_default();
            format!("{}{status}{code}){}", failure.reason, permission.unwrap_or_default())
        }
        None => failure.reason.clone(),
    }
}
