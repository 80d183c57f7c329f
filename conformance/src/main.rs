//! The command `winrm-conformance`.

fn main() -> std::process::ExitCode {
    winrm_conformance::cli::main()
}
