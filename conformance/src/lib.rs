//! Certifies WS-Management, WinRM and PowerShell Remoting endpoints, rule by rule.

pub mod requirement;
pub mod wsx;
