use rcgen::CertificateParams;
use rcgen::DnType;
use rcgen::ExtendedKeyUsagePurpose;
use rcgen::OtherNameValue;
use rcgen::SanType;
use rcgen::date_time_ymd;
use winrm_harness::auth::certificate::CertificateMapping;
use winrm_harness::auth::certificate::ClientCertificate;
use winrm_harness::net::Connection;
use winrm_harness::net::Listener;
use winrm_harness::net::NetError;
use winrm_harness::tls::Certificate;
use winrm_harness::tls::Channel;
use winrm_harness::tls::ClientCertificates;
use winrm_harness::tls::ClientTls;
use winrm_harness::tls::ClientTrust;
use winrm_harness::tls::Identity;
use winrm_harness::tls::Purpose;
use winrm_harness::tls::ServerTls;
use winrm_harness::tls::TlsChannel;
use winrm_harness::tls::TlsError;
use winrm_harness::tls::Versions;

use crate::support::Authority;
use crate::support::PATIENCE;
use crate::support::identify;
use crate::support::self_signed;
use crate::support::server_params;

/// A certificate with nothing wrong for alice.
fn user_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "alice");
    let name = OtherNameValue::Utf8String("alice@localhost".to_owned());
    params.subject_alt_names = vec![SanType::OtherName((vec![1, 3, 6, 1, 4, 1, 311, 20, 2, 3], name))];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

/// What came of a handshake on either side.
struct Met {
    server: Result<TlsChannel, TlsError>,
    /// Of 1.3 the client learns with its first answer that it was refused.
    client: Result<(), NetError>,
}

async fn meet(asked: ClientCertificates, versions: Versions, identity: Option<Identity>) -> Met {
    let authority = Authority::new("servers");
    let tls = ServerTls::new(authority.issue(&server_params()).identity()).with_client_certificates(asked);
    let listener = Listener::bind_tls("127.0.0.1:0", tls).await.unwrap();
    let address = listener.local_address().unwrap().to_string();
    let tls = ClientTls { identity, versions, ..authority.trusted() };
    let client = async {
        let mut connection = Connection::connect_tls(&address, &tls, PATIENCE).await?;
        connection.send(&identify().encode()).await?;
        connection.receive().await.map(drop)
    };
    let server = async {
        let mut connection = listener.accept(PATIENCE).await.map_err(|error| refusal(&error))?;
        let request = connection.receive().await.unwrap();
        assert_eq!(request.target, "/wsman");
        let answer = b"HTTP/1.1 401 \r\nContent-Length: 0\r\n\r\n";
        connection.send(answer).await.unwrap();
        match connection.channel() {
            Channel::Tls(channel) => Ok(channel.as_ref().clone()),
            Channel::Clear => panic!("expected TLS"),
        }
    };
    let (client, server) = tokio::join!(client, server);
    Met { server, client }
}

fn refusal(error: &std::io::Error) -> TlsError {
    match error.get_ref().and_then(|error| error.downcast_ref::<NetError>()) {
        Some(NetError::Tls(error)) => error.as_ref().clone(),
        other => panic!("expected a refusal by TLS, got {other:?}"),
    }
}

fn requested(trust: ClientTrust) -> ClientCertificates {
    ClientCertificates::Requested(trust)
}

const BOTH: [Versions; 2] = [Versions::Tls12, Versions::Tls13];

#[tokio::test]
async fn a_server_that_does_not_ask_is_shown_no_certificate() {
    let identity = Authority::new("users").issue(&user_params()).identity();
    for versions in BOTH {
        let met = meet(ClientCertificates::Off, versions, Some(identity.clone())).await;
        let channel = met.server.unwrap();
        assert_eq!((channel.client_certificate, channel.client_issuer), (None, None));
    }
}

#[tokio::test]
async fn a_server_that_asks_learns_the_certificate_and_who_signed_it() {
    let authority = Authority::new("users");
    let issued = authority.issue(&user_params());
    for versions in BOTH {
        let asked = requested(ClientTrust::Roots(vec![authority.certificate()]));
        let met = meet(asked, versions, Some(issued.identity())).await;
        met.client.unwrap();
        let channel = met.server.unwrap();
        assert_eq!(channel.client_certificate, Some(issued.der.clone()));
        assert_eq!(channel.client_issuer, Some(authority.certificate().der().to_vec()));
    }
}

#[tokio::test]
async fn a_client_without_a_certificate_is_served_unless_one_is_required() {
    for versions in BOTH {
        let met = meet(requested(ClientTrust::Mapped), versions, None).await;
        assert_eq!(met.server.unwrap().client_certificate, None);
        let met = meet(ClientCertificates::Required(ClientTrust::Mapped), versions, None).await;
        assert_eq!(met.server, Err(TlsError::ClientCertificateMissing));
        let told = met.client.unwrap_err();
        assert!(
            matches!(&told, NetError::Tls(error) if **error == TlsError::ClientCertificateRequired),
            "{versions}: {told}"
        );
    }
}

async fn refused_for(change: impl FnOnce(&mut CertificateParams)) -> TlsError {
    let authority = Authority::new("users");
    let mut params = user_params();
    change(&mut params);
    let asked = requested(ClientTrust::Roots(vec![authority.certificate()]));
    let met = meet(asked, Versions::Both, Some(authority.issue(&params).identity())).await;
    assert!(met.client.is_err());
    met.server.unwrap_err()
}

#[tokio::test]
async fn an_expired_certificate_of_a_client_is_refused() {
    let refusal = refused_for(|params| params.not_after = date_time_ymd(2020, 1, 2)).await;
    assert!(matches!(refusal, TlsError::Expired { not_after: 1_577_923_200, .. }), "{refusal}");
}

#[tokio::test]
async fn a_certificate_of_a_client_that_is_not_yet_valid_is_refused() {
    let refusal = refused_for(|params| params.not_before = date_time_ymd(4000, 1, 1)).await;
    assert!(matches!(refusal, TlsError::NotYetValid { .. }), "{refusal}");
}

#[tokio::test]
async fn a_certificate_for_servers_is_refused_from_a_client() {
    let refusal =
        refused_for(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]).await;
    let found = vec![Purpose::ServerAuth];
    assert_eq!(refusal, TlsError::WrongPurpose { expected: Purpose::ClientAuth, found });
}

#[tokio::test]
async fn a_clients_certificate_of_an_unknown_authority_is_refused() {
    let issued = Authority::new("stranger").issue(&user_params());
    let asked = requested(ClientTrust::Roots(vec![Authority::new("users").certificate()]));
    let met = meet(asked, Versions::Both, Some(issued.identity())).await;
    assert_eq!(met.server, Err(TlsError::UnknownIssuer { issuer: "CN=stranger".to_owned() }));
    let asked = requested(ClientTrust::Roots(vec![Authority::new("users").certificate()]));
    let met = meet(asked, Versions::Both, Some(self_signed(&user_params()).identity())).await;
    assert!(matches!(met.server, Err(TlsError::SelfSigned { .. })), "{:?}", met.server);
}

fn user_of(channel: &TlsChannel, issuer: &Certificate) -> Option<String> {
    let thumbprint = issuer.thumbprint_text();
    let mapping = CertificateMapping { issuer: &thumbprint, subject: "*@localhost", uri: "*", user: "alice" };
    let certificate = ClientCertificate::of(channel).unwrap()?;
    certificate.mapped_user(&[mapping], "http://x").map(str::to_owned)
}

#[tokio::test]
async fn a_self_signed_certificate_is_mapped_by_its_own_thumbprint() {
    let issued = self_signed(&user_params());
    let channel =
        meet(requested(ClientTrust::Mapped), Versions::Both, Some(issued.identity())).await.server.unwrap();
    assert_eq!(user_of(&channel, &issued.certificate()), Some("alice".to_owned()));
    assert_eq!(user_of(&channel, &self_signed(&user_params()).certificate()), None);
}

#[tokio::test]
async fn a_certificate_is_mapped_by_the_one_that_signed_it_if_the_client_sends_that_along() {
    let authority = Authority::new("users");
    let issued = authority.issue(&user_params());
    let sent = [issued.identity(), issued.identity_with(&[authority.issuer.der()])];
    let mut users = Vec::new();
    for identity in sent {
        let channel =
            meet(requested(ClientTrust::Mapped), Versions::Both, Some(identity)).await.server.unwrap();
        users.push(user_of(&channel, &authority.certificate()));
    }
    assert_eq!(users, [None, Some("alice".to_owned())]);
}

#[tokio::test]
async fn nobody_is_signed_by_an_authority_for_sending_its_certificate_along() {
    let (real, forged) = (Authority::new("users"), Authority::new("users"));
    let issued = forged.issue(&user_params());
    // Both have the name that the certificate gives its issuer. Only one signed it.
    let identity = issued.identity_with(&[real.issuer.der(), forged.issuer.der()]);
    let channel = meet(requested(ClientTrust::Mapped), Versions::Both, Some(identity)).await.server.unwrap();
    assert_eq!(channel.client_issuer, Some(forged.certificate().der().to_vec()));
    assert_eq!(user_of(&channel, &real.certificate()), None);
}
