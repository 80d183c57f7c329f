use std::fs;

use crate::cli::error::CliError;
use crate::requirement::Catalogue;
use crate::verdict::ExitCode;
use crate::wsx::Case;
use crate::wsx::lint;
use crate::wsx::parse;
use crate::wsx::print;

/// `lint FILE…`
pub(crate) fn lint_files(files: &[String]) -> Result<ExitCode, CliError> {
    let catalogue = Catalogue::embedded()?;
    let mut code = ExitCode::AsExpected;
    for file in files {
        let (case, _) = read(file)?;
        for lint in lint(&case, below_corpus(file), &catalogue) {
            println!("{file}: {lint}");
            code = ExitCode::Unexpected;
        }
    }
    Ok(code)
}

/// `fmt FILE…`
pub(crate) fn format_files(files: &[String], check: bool) -> Result<ExitCode, CliError> {
    let mut code = ExitCode::AsExpected;
    for file in files {
        let (case, text) = read(file)?;
        let printed = print(&case);
        if printed == text {
            continue;
        }
        println!("{file}");
        if check {
            code = ExitCode::Unexpected;
            continue;
        }
        fs::write(file, printed).map_err(|error| CliError::File(file.clone(), error))?;
    }
    Ok(code)
}

/// The cases of `server --file`.
pub(crate) fn cases_of(files: &[String]) -> Result<Vec<Case>, CliError> {
    files.iter().map(|file| read(file).map(|(case, _)| case)).collect()
}

fn read(file: &str) -> Result<(Case, String), CliError> {
    let text = fs::read_to_string(file).map_err(|error| CliError::File(file.to_owned(), error))?;
    Ok((parse(file, &text)?, text))
}

/// The part of a path that the id of the case has to repeat.
fn below_corpus(file: &str) -> &str {
    file.rsplit_once("exchanges/").map_or(file, |(_, below)| below)
}
