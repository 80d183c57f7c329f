//! HTTPS over real sockets: what each side asks of the other, and that each refusal is for the one thing that is wrong.

#[cfg(test)]
mod client_certificates;
#[cfg(test)]
mod listener;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod support;
#[cfg(test)]
mod versions;
