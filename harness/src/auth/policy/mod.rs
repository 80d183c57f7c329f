//! Which scheme may be used with whom, as Windows decides it by default: pure functions of both sides' settings.
