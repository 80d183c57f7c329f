//! The cells of `conformance/peers/matrix.toml`.

use std::fs;
use std::path::Path;

use serde::Deserialize;

/// Which part the harness plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Ours {
    Server,
    Client,
    /// The half of an authentication that begins it, without HTTP.
    Initiator,
    /// The other half.
    Acceptor,
}

/// One cell to be played.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    pub(crate) ours: Ours,
    pub(crate) peer: String,
    pub(crate) scheme: String,
    pub(crate) over: String,
    pub(crate) limit: Option<Limit>,
}

/// What a peer can't do, and how it says so.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limit {
    ours: Ours,
    peer: String,
    scheme: String,
    over: String,
    pub(crate) reason: String,
    pub(crate) says: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    cells: Vec<Cells>,
    #[serde(default)]
    limit: Vec<Limit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cells {
    ours: Ours,
    peers: Vec<String>,
    schemes: Vec<String>,
    over: Vec<String>,
}

impl Cell {
    pub(crate) fn name(&self) -> String {
        let ours = format!("{:?}", self.ours).to_lowercase();
        format!("{ours:9} {:11} {:18} {:13}", self.peer, self.scheme, self.over)
    }
}

impl Limit {
    fn fits(&self, cell: &Cell) -> bool {
        self.ours == cell.ours
            && fits(&self.peer, &cell.peer)
            && fits(&self.scheme, &cell.scheme)
            && fits(&self.over, &cell.over)
    }
}

/// The cells of the file; each limit has to fit one.
pub(crate) fn read(peers: &Path) -> Vec<Cell> {
    let table: Table = toml::from_str(&fs::read_to_string(peers.join("matrix.toml")).unwrap()).unwrap();
    let mut cells: Vec<Cell> = table.cells.iter().flat_map(product).collect();
    for limit in table.limit {
        let mut fitting: Vec<&mut Cell> = cells.iter_mut().filter(|cell| limit.fits(cell)).collect();
        assert!(!fitting.is_empty(), "{limit:?} fits no cell");
        for cell in &mut fitting {
            assert!(cell.limit.is_none(), "{} has two limits", cell.name());
            cell.limit = Some(limit.clone());
        }
    }
    cells
}

fn product(cells: &Cells) -> Vec<Cell> {
    let mut product = Vec::new();
    for peer in &cells.peers {
        for scheme in &cells.schemes {
            for over in &cells.over {
                let (peer, scheme, over) = (peer.clone(), scheme.clone(), over.clone());
                product.push(Cell { ours: cells.ours, peer, scheme, over, limit: None });
            }
        }
    }
    product
}

/// A pattern with at most one `*`.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => text.strip_prefix(before).is_some_and(|rest| rest.ends_with(after)),
    }
}
