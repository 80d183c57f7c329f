/// [RFC 3961 5.1] n-fold to 128 bits: `input` again and again, each time turned right by 13 bits more, until the length
/// is a multiple of both; its pieces of 16 octets are added in ones' complement.
pub(crate) fn n_fold_128(input: &[u8]) -> [u8; 16] {
    let mut sum = [0; 16];
    n_fold(input, &mut sum);
    sum
}

/// To as many bits as `sum`, which begins as zeros, has.
pub(crate) fn n_fold(input: &[u8], sum: &mut [u8]) {
    if input.is_empty() || sum.is_empty() {
        return;
    }
    let pieces = least_common_multiple(input.len(), sum.len()) / sum.len();
    for piece in 0..pieces {
        add(input, piece * sum.len(), sum);
    }
}

/// Adds the octets of the long string from `start` on, with the carry of the first octet going round to the last.
fn add(input: &[u8], start: usize, sum: &mut [u8]) {
    let mut carry = 0;
    for (index, octet) in sum.iter_mut().enumerate().rev() {
        let total = u16::from(*octet) + u16::from(turned_octet(input, start + index)) + carry;
        [_, *octet] = total.to_be_bytes();
        carry = total >> 8;
    }
    while carry > 0 {
        for octet in sum.iter_mut().rev() {
            let total = u16::from(*octet) + carry;
            [_, *octet] = total.to_be_bytes();
            carry = total >> 8;
        }
    }
}

/// The octet at `place` of the long string.
fn turned_octet(input: &[u8], place: usize) -> u8 {
    let bits = input.len() * 8;
    let turn = (place / input.len() * 13) % bits;
    let first_bit = ((place % input.len()) * 8 + bits - turn) % bits;
    let at = |index: usize| input.get(index % input.len()).copied().unwrap_or_default();
    let [high, low] = [at(first_bit / 8), at(first_bit / 8 + 1)];
    let [octet, _] = (u16::from_be_bytes([high, low]) << (first_bit % 8)).to_be_bytes();
    octet
}

fn least_common_multiple(a: usize, b: usize) -> usize {
    let (mut divisor, mut rest) = (a, b);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    a / divisor * b
}
