use clap::Args;
use clap::ValueEnum;

use crate::cli::error::CliError;
use crate::expectation::matches_glob;
use crate::requirement::Catalogue;
use crate::requirement::Level;
use crate::requirement::RequirementId;
use crate::verdict::ExitCode;
use crate::wsx::Case;
use crate::wsx::PROFILES;
use crate::wsx::embedded_cases;

/// Which cases.
#[derive(Debug, Default, Args)]
pub(crate) struct Selection {
    /// Only cases whose id fits; `*` stands for any run of characters; may be repeated
    #[arg(long, value_name = "GLOB")]
    run: Vec<String>,
    /// No case whose id fits; may be repeated
    #[arg(long, value_name = "GLOB")]
    skip: Vec<String>,
    /// Only cases of this profile; may be repeated
    #[arg(long, value_name = "PROFILE", value_parser = clap::builder::PossibleValuesParser::new(PROFILES))]
    profile: Vec<String>,
    /// Only cases that test a requirement at least as strong
    #[arg(long, value_enum, ignore_case = true)]
    level: Option<LevelWord>,
}

/// [`Level`] on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
enum LevelWord {
    Must,
    Should,
    May,
}

impl From<LevelWord> for Level {
    fn from(word: LevelWord) -> Self {
        match word {
            LevelWord::Must => Self::Must,
            LevelWord::Should => Self::Should,
            LevelWord::May => Self::May,
        }
    }
}

impl Selection {
    /// Whether the case is selected.
    pub(crate) fn selects(&self, case: &Case, catalogue: &Catalogue) -> bool {
        let front = &case.front;
        let fits = |globs: &[String]| globs.iter().any(|glob| matches_glob(glob, &front.id));
        let level = |id: &RequirementId| catalogue.requirement(id).map_or(Level::Must, |known| known.level);
        let strongest = front.requires.iter().map(level).max();
        (self.run.is_empty() || fits(&self.run))
            && !fits(&self.skip)
            && (self.profile.is_empty()
                || self.profile.iter().any(|profile| front.profiles.contains(profile)))
            && self.level.is_none_or(|wanted| strongest >= Some(Level::from(wanted)))
    }
}

/// All cases of the binary, sorted by id.
pub(crate) fn all_cases() -> Result<Vec<Case>, CliError> {
    let mut cases = embedded_cases().map(|case| case.parse()).collect::<Result<Vec<_>, _>>()?;
    cases.sort_by(|one, other| one.front.id.cmp(&other.front.id));
    Ok(cases)
}

/// `list`
pub(crate) fn list(selection: &Selection) -> Result<ExitCode, CliError> {
    let catalogue = Catalogue::embedded()?;
    let cases = all_cases()?;
    let selected: Vec<&Case> = cases.iter().filter(|case| selection.selects(case, &catalogue)).collect();
    let width = selected.iter().map(|case| case.front.id.len()).max().unwrap_or(0);
    for case in &selected {
        println!("{:width$}  {}", case.front.id, case.front.title);
    }
    Ok(if selected.is_empty() { ExitCode::NothingSelected } else { ExitCode::AsExpected })
}

/// `show CASE`
pub(crate) fn show(id: &str) -> Result<ExitCode, CliError> {
    let path = format!("{}.wsx", id.replace('.', "/"));
    let Some(case) = embedded_cases().find(|case| case.path == path) else {
        return Err(CliError::Usage(format!("no case `{id}`: `winrm-conformance list` prints them all")));
    };
    print!("{}", case.text);
    Ok(ExitCode::AsExpected)
}

/// `explain REQUIREMENT`
pub(crate) fn explain(id: &str) -> Result<ExitCode, CliError> {
    let catalogue = Catalogue::embedded()?;
    let id = RequirementId::parse(id)?;
    let Some(known) = catalogue.requirement(&id) else {
        return Err(CliError::Usage(format!("no requirement `{id}`")));
    };
    let word = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
    println!("{} {id}\n{}", known.level, known.summary);
    println!("\nbinds     {}", word(&known.subject));
    println!("area      {}", known.area);
    println!("tested    {}", known.how);
    let verified = if known.verified { "read there" } else { "not verified" };
    println!("basis     {}, {verified}", word(&known.basis));
    let more = [
        ("fault", &known.expect_fault),
        ("code", &known.expect_code),
        ("status", &known.expect_http),
        ("alias", &known.alias),
        ("source", &known.source),
        ("observed", &known.observed),
        ("note", &known.note),
    ];
    for (label, text) in more {
        if let Some(text) = text {
            println!("{label:9} {text}");
        }
    }
    let cases = all_cases()?;
    let testing: Vec<&Case> = cases.iter().filter(|case| case.front.requires.contains(&id)).collect();
    println!("\n{}", if testing.is_empty() { "no case tests it yet" } else { "cases" });
    for case in testing {
        println!("  {}  {}", case.front.id, case.front.title);
    }
    Ok(ExitCode::AsExpected)
}
