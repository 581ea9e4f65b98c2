//! What no audit by API can see. Stated in every report, so that silence is not taken for consent.

/// One sentence each.
pub const BLIND_SPOTS: &[&str] = &[
    "Not read by this version: the webhooks of Conversations, Chat, TaskRouter, Proxy, Video, BYOC trunks, Flex \
     configuration, Verify, link shortening, bulk exports, alarms, usage triggers, connect apps and porting.",
    "Not read by this version: Monitor events and alerts, the Organization, OAuth apps, stored AWS and public keys, \
     recordings older than 30 days, add-ons assigned to single numbers, messaging geographic permissions.",
    "The HIPAA flag of an account: no API returns it, a dated attestation stands in for it.",
    "The text of the BAA, the accounts it covers and the Edition: they are declared.",
    "HTTP authentication on recordings and on message media: attested.",
    "The settings for recording encryption and external recording storage: judged by recent recordings.",
    "Whether message redaction is on: attested; usage shows signs of it.",
    "Certificate validation on webhooks, and whether public key client validation is enforced: attested.",
    "When a key was last used, and by which key a change was made: Twilio keeps no such record.",
    "Console users and roles, two-factor and single sign-on: they belong to the organization, not the account.",
    "Verify Fraud Guard and Verify geographic permissions: set in the Console only.",
    "TwiML Bins, the Console's debugger webhook and account-level webhook rules.",
    "The TwiML that your own application returns: recording, streams, transcription, redirects.",
    "What your code sets per request: status callbacks, media URLs, retention.",
    "The content of messages, recordings, transcripts, tasks and documents: deliberately not read.",
    "Whether your receivers check signatures, log bodies or encrypt what they store: attested.",
    "Regions other than US1: they have their own hosts and keys.",
    "SendGrid and Segment workspaces: separate systems with separate logins.",
    "SIP passwords, and where the secrets of keys are kept.",
    "Flex plugins, agent desktops and session timeouts: attested.",
    "Workforce, premises and risk analysis: outside of Twilio.",
];
