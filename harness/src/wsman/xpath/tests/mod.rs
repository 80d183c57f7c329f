mod differential;
mod recorded;
mod rules;
