#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| twilio_audit_fuzz::review_import::run(data));
