#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| twilio_audit_fuzz::audit_toml::run(data));
