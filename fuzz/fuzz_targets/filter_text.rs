#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| foreign::filter_text(bytes));
