//! The program `baton`; everything it does is in the library, so that tests can reach it.

use std::process::ExitCode;

/// Runs the command line.
fn main() -> ExitCode {
    baton_host::cli::main()
}
