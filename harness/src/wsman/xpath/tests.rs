mod differential;
mod rules;
