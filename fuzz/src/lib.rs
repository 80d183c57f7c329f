//! Oracles and generators behind the fuzz targets.
