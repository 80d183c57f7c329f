//! Writes `corpus/seeds/` anew: `cargo run -p winrm-fuzz --example seeds`.

use std::fs;
use std::io;
use std::path::Path;

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/seeds");
    for seed in winrm_fuzz::seeds::all() {
        let folder = root.join(seed.target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(seed.name), &seed.octets)?;
    }
    Ok(())
}
