mod changes;
mod round_trips;
