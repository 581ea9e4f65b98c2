//! What this audit does not see, for no API shows it or because it does not look. Stated in every report, so that silence
//! is not taken for consent.

/// One sentence each.
pub const BLIND_SPOTS: &[&str] = &[
    "Webhooks of single conversations and channels: they stand with the content, which is not read.",
    "Events and alerts older than 30 days, recordings, rooms and compositions older than 30 days.",
    "The HIPAA flag of an account: no API returns it, a dated attestation stands in for it.",
    "The text of the BAA, the accounts it covers and the Edition: they are declared.",
    "HTTP authentication on recordings and on message media: attested.",
    "The settings for recording encryption and external recording storage: judged by recent recordings.",
    "Whether message redaction is on: attested; usage shows signs of it.",
    "Certificate validation on webhooks, and whether public key client validation is enforced: attested.",
    "When a key was last used, and by which key a change was made: Twilio keeps no such record.",
    "Two-factor and single sign-on; Console users and roles where no OAuth app of the Organization was supplied.",
    "Verify Fraud Guard and Verify geographic permissions: set in the Console only.",
    "TwiML Bins, the Console's debugger webhook and account-level webhook rules.",
    "The TwiML that your own application returns: recording, streams, transcription, redirects.",
    "What your code sets per request: status callbacks, media URLs, retention.",
    "The content of messages, recordings, transcripts, tasks and documents: deliberately not read.",
    "Whether your receivers check signatures, log bodies or encrypt what they store: attested.",
    "Other Regions than the one that was scanned: they have their own hosts and keys, and are scans of their own.",
    "Newer products that Twilio's API descriptions lack: Conversation Memory, Intelligence v3, Orchestrator, Insights and \
     Agent Connect, Unified Profiles, Batch Transcription, message transfers, Flex Mobile: signs of some of them are seen.",
    "Which speech provider or model really served a call: attested.",
    "Who read a message: Twilio keeps no such record. Who listened to a recording: only events of 30 days tell.",
    "What is left of an account that was closed: it answers nothing.",
    "What Twilio's own staff and subcontractors do: the BAA.",
    "SendGrid and Segment workspaces: separate systems with separate logins.",
    "SIP passwords, and where the secrets of keys are kept.",
    "What Flex plugins do, agent desktops and session timeouts: attested.",
    "Workforce, premises and risk analysis: outside of Twilio.",
];
