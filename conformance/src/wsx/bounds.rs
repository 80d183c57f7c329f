//! Every bound on a case, in one place. Cases are ours, but the command reads those of others as well.

/// Octets of one case.
pub const CASE_BYTES_MAX: usize = 1024 * 1024;
/// Sections of one case.
pub const SECTIONS_MAX: usize = 256;
/// Attempts of one `loop`.
pub const ATTEMPTS_MAX: u16 = 1000;
/// Octets that one `{{N*'…'}}` stands for.
pub const REPEAT_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Such repetitions in one template.
pub const REPEATS_MAX: usize = 4;
/// Steps of one path.
pub const PATH_STEPS_MAX: usize = 16;
