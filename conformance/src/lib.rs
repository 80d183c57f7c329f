//! Certifies WS-Management, WinRM and PowerShell Remoting endpoints, rule by rule.
//!
//! The modules are layers, lowest first; README.md has the table of what each may import.

pub mod assertion;
pub mod cli;
pub mod coverage;
pub mod engine;
pub mod expectation;
pub mod reference;
pub mod report;
pub mod requirement;
pub mod subject;
pub mod verdict;
pub mod wsx;
