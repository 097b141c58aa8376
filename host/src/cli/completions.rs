//! `baton completions`: what a shell needs to complete commands and options.

use clap::{Args, Command};
use clap_complete::{Shell, generate};

use super::exit::{Exit, Failure};
use super::screen::Screen;

/// Print completions for a shell.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  baton completions bash > ~/.local/share/bash-completion/completions/baton\n  \
                        baton completions zsh > ~/.zfunc/_baton\n  \
                        baton completions fish > ~/.config/fish/completions/baton.fish"
)]
pub(super) struct Completions {
    /// Which shell.
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self, mut command: Command, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let mut script = Vec::new();
        generate(self.shell, &mut command, "baton", &mut script);
        let written = screen.out.write_all(&script).and_then(|()| screen.out.flush());
        written.map_err(|error| Failure::new(Exit::Internal, "the completions cannot be written").because(&error))
    }
}
