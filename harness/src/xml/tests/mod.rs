mod differential;
mod rules;
mod writing;
