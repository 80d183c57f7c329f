/// [MS-WSMV] WSManFault Code: the symbol that Windows headers give the number, without `ERROR_`.
///
/// Reports name codes by it, since nobody knows ten-digit numbers by heart.
pub fn code_name(code: u32) -> Option<&'static str> {
    rows().find_map(|(name, row_code)| (row_code == code).then_some(name))
}

fn rows() -> impl Iterator<Item = (&'static str, u32)> {
    include_str!("../../requirements/wsman_codes.csv").lines().filter_map(|line| {
        let mut cells = line.split(',');
        let name = cells.next()?;
        let code = cells.next()?.parse().ok()?;
        Some((name.strip_prefix("ERROR_").unwrap_or(name), code))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_code_has_its_name_and_an_unknown_one_none() {
        assert_eq!(code_name(2_150_858_793), Some("WSMAN_OPERATION_TIMEDOUT"));
        assert_eq!(code_name(0), None);
    }

    #[test]
    fn every_row_of_the_table_is_read() {
        assert_eq!(rows().count(), 509);
    }
}
