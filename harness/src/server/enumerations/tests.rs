use std::sync::Arc;

use crate::auth::Random;
use crate::limits::ENUMERATIONS_PER_USER_MAX;
use crate::server::Config;
use crate::server::ConnectionId;
use crate::server::Server;
use crate::server::authentication::User;
use crate::server::dispatch::Call;
use crate::server::dispatch::Refusal;
use crate::server::enumerations::Enumerations;
use crate::server::enumerations::Limits;
use crate::server::resources::Instance;
use crate::server::room::Room;
use crate::soap::Envelope;
use crate::soap::Opaque;
use crate::wsman::DateTime;
use crate::wsman::FaultReason;
use crate::wsman::RequestHeader;
use crate::wsman::ResourceUri;
use crate::wsman::SelectorSet;
use crate::wsman::WsmanErrorCode;
use crate::xml::Charset;
use crate::xml::QName;

const ENUMERATE: &str = r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
    xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
    xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"
    xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Header>
    <a:Action>http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate</a:Action><a:To>http://h/wsman</a:To>
    <a:MessageID>uuid:1</a:MessageID><w:ResourceURI>urn:r</w:ResourceURI>
    <a:ReplyTo><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>
    </s:Header><s:Body><n:Enumerate/></s:Body></s:Envelope>"#;

fn instances(count: usize) -> Vec<Arc<Instance>> {
    let instance = |n: usize| Instance {
        resource_uri: ResourceUri::new("urn:r"),
        selector_set: SelectorSet::of("N", &n.to_string()),
        representation: Opaque::build(QName::local("R"), |w| w.text(&n.to_string())).unwrap(),
    };
    (0..count).map(|n| Arc::new(instance(n))).collect()
}

struct World {
    enumerations: Enumerations,
    random: Random,
    config: Config,
    connection: ConnectionId,
    envelope: Envelope,
    header: RequestHeader,
}

impl World {
    fn new() -> Self {
        let mut count = 0_u64;
        let random = move |octets: &mut [u8]| {
            count += 1;
            octets.fill(0);
            octets[..8].copy_from_slice(&count.to_be_bytes());
        };
        let envelope = Envelope::decode(ENUMERATE.as_bytes(), None).unwrap();
        Self {
            enumerations: Enumerations::default(),
            random: Box::new(random),
            config: Config::default(),
            connection: Server::new(Config::default(), Box::new(|_| {})).open("192.0.2.1"),
            header: RequestHeader::read(&envelope).unwrap(),
            envelope,
        }
    }

    /// Opens an enumeration, so many milliseconds after the start.
    fn enumerate(&mut self, user: &str, now_ms: u64, all: &[Arc<Instance>]) -> Result<(), Refusal> {
        let call = Call {
            connection: self.connection,
            user: &User { name: user.to_owned(), is_administrator: true },
            header: &self.header,
            envelope: &self.envelope,
            now_ms,
            now: DateTime::from_filetime(0),
            client_ip: "192.0.2.1",
            room: Room::unknown(Charset::Utf8),
        };
        let limits = Limits::of(&self.config);
        self.enumerations.enumerate(&call, || Ok(all.to_vec()), limits, &mut self.random).map(|_| ())
    }
}

#[test]
fn open_enumerations_share_their_instances() {
    let (mut world, all) = (World::new(), instances(200));
    for _ in 0..ENUMERATIONS_PER_USER_MAX {
        world.enumerate("alice", 0, &all).unwrap();
    }
    assert!(all.iter().all(|instance| Arc::strong_count(instance) == ENUMERATIONS_PER_USER_MAX + 1));
    world.enumerations.elapse(60_000);
    assert!(all.iter().all(|instance| Arc::strong_count(instance) == 1));
}

#[test]
fn instances_that_a_resource_makes_anew_each_time_are_held_once() {
    let mut world = World::new();
    for _ in 0..ENUMERATIONS_PER_USER_MAX {
        world.enumerate("alice", 0, &instances(200)).unwrap();
    }
    let first = world.enumerations.0.values().next().unwrap();
    assert!(first.items.iter().all(|instance| Arc::strong_count(instance) == ENUMERATIONS_PER_USER_MAX));
    let mut changed = instances(200);
    changed.swap(0, 1);
    world.enumerate("bob", 0, &changed).unwrap();
    let own = world.enumerations.0.values().find(|enumeration| enumeration.owner == "bob").unwrap();
    let told: Vec<_> = own.items.iter().map(|item| item.selector_set.text("N").unwrap().to_owned()).collect();
    assert_eq!(told[..3], ["1", "0", "2"]);
}

#[test]
fn ten_thousand_abandoned_enumerations_leave_nothing_behind() {
    let (mut world, all) = (World::new(), instances(200));
    let mut refused = 0;
    for round in 0..100_u64 {
        let now_ms = round * 60_000;
        world.enumerations.elapse(now_ms);
        assert_eq!(world.enumerations.count(), 0);
        for _ in 0..ENUMERATIONS_PER_USER_MAX {
            world.enumerate("alice", now_ms, &all).unwrap();
        }
        let full = FaultReason::QuotaLimit(WsmanErrorCode::QUOTA_MAX_OPERATIONS).into();
        refused += usize::from(world.enumerate("alice", now_ms, &all) == Err(full));
        assert_eq!(world.enumerations.count(), ENUMERATIONS_PER_USER_MAX);
    }
    assert_eq!(refused, 100);
    world.enumerate("bob", 99 * 60_000, &all).unwrap();
}
