mod round_trips;
mod spellings;
mod written;
