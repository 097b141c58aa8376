//! The daemon as it is shipped, under a name that cargo builds for the tests of this package.

fn main() -> std::process::ExitCode {
    baton_host::cli::main()
}
