//! Certifies WS-Management, WinRM and PowerShell Remoting endpoints, rule by rule.
