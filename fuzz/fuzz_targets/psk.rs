#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (embertls::fuzzing::target("psk").run)(data));
