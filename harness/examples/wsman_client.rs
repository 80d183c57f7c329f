//! A client that does what a case of the conformance suite asks, and with `--mutant NAME` does it wrong on purpose:
//!
//! ```text
//! winrm-conformance client --trigger target/debug/examples/wsman_client
//! winrm-conformance client --trigger 'target/debug/examples/wsman_client --mutant stale-context'
//! ```
//! `--mutant list` lists the ways. Exit code 127 says that it can't do what the case asks. Over HTTPS it trusts the server whose
//! certificate has the SHA-256 in `WINRM_PIN`.

use std::process::ExitCode;
use std::time::Duration;

use winrm_harness::addressing::MessageId;
use winrm_harness::auth::basic::BasicCredential;
use winrm_harness::client::Endpoint;
use winrm_harness::client::Enumeration;
use winrm_harness::client::EnumerationStep;
use winrm_harness::client::Outgoing;
use winrm_harness::client::Reply;
use winrm_harness::client::Requests;
use winrm_harness::client::Session;
use winrm_harness::http::Request;
use winrm_harness::net::Connection;
use winrm_harness::net::random_octets;
use winrm_harness::shell::Shell;
use winrm_harness::soap::Envelope;
use winrm_harness::soap::Opaque;
use winrm_harness::tls::ClientTls;
use winrm_harness::tls::Pin;
use winrm_harness::tls::ServerTrust;
use winrm_harness::wsman;
use winrm_harness::wsman::DataLocale;
use winrm_harness::wsman::FragmentTransfer;
use winrm_harness::wsman::Locale;
use winrm_harness::wsman::OptionEntry;
use winrm_harness::wsman::OptionSet;
use winrm_harness::wsman::RequestHeader;
use winrm_harness::wsman::ResourceUri;
use winrm_harness::wsman::Selector;
use winrm_harness::wsman::SelectorSet;
use winrm_harness::wsman::SelectorValue;
use winrm_harness::wsman::enumeration;
use winrm_harness::wsman::identify::Identify;
use winrm_harness::wsman::transfer;
use winrm_harness::wsman::transfer::ResourceCreated;
use winrm_harness::xml::Element;
use winrm_harness::xml::QName;
use winrm_harness::xml::ToXml;
use winrm_harness::xml::Writer;

type Failure = Box<dyn std::error::Error>;

/// What a shell says of a command that isn't there.
const NOT_SUPPORTED: u8 = 127;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Items of one Pull.
const BATCH: u32 = 20;
const SERVICE: &str = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service";

/// The ways to be wrong.
const MUTANTS: &[(&str, &str)] = &[
    ("attaches", "sends a multipart body"),
    ("context-forgotten", "pulls with an empty context if the answer before has none"),
    ("context-unescaped", "sends only the text of an enumeration context, not its elements"),
    ("data-locale-mandatory", "marks DataLocale with mustUnderstand"),
    ("document-type", "begins the envelope with a document type declaration"),
    ("drops-reference-parameters", "addresses a new resource without its private reference parameters"),
    ("empty-enumerate", "sends an Enumerate with an empty body"),
    ("fragment-hint", "sends FragmentTransfer without mustUnderstand"),
    ("get-with-body", "puts something into the body of a Get"),
    ("identify-namespace", "asks Identify in a namespace of its own"),
    ("length-twice", "states both a length and chunks"),
    ("locale-wrong", "sends a Locale that is no language tag"),
    ("loose-selector", "sends one of its selectors beside the SelectorSet"),
    ("must-comply-hint", "sends an option to comply with in an OptionSet without mustUnderstand"),
    ("no-fragment-wrapper", "puts a fragment without XmlFragment"),
    ("no-locale", "sends no Locale"),
    ("no-max-elements", "sends no MaxElements in Pull"),
    ("no-max-envelope-size", "sends no MaxEnvelopeSize"),
    ("no-message-id", "sends no MessageID"),
    ("no-operation-timeout", "sends no OperationTimeout"),
    ("no-optimize", "doesn't ask for items in the response to Enumerate"),
    ("no-reply-to", "sends no ReplyTo"),
    ("no-resource-uri", "sends no ResourceURI"),
    ("option-attribute-case", "writes mustComply in small letters"),
    ("other-path", "posts to /"),
    ("pull-other-resource", "pulls from another resource than it enumerates"),
    ("pull-without-selectors", "leaves the selectors out of Pull"),
    ("release-after-end", "releases an enumeration that is over"),
    ("release-other-resource", "releases at another resource"),
    ("repeats-message-id", "uses one MessageID for all requests"),
    ("resends", "sends a request again that wasn't answered"),
    ("soap-11", "speaks SOAP 1.1"),
    ("stale-context", "pulls with its first context for ever"),
    ("text-xml", "calls its envelopes text/xml"),
    ("two-selector-sets", "sends each selector in a SelectorSet of its own"),
];

struct Client {
    authority: String,
    /// What it asks of the server over HTTPS; None for HTTP.
    tls: Option<ClientTls>,
    session: Session,
    /// Where requests go to.
    to: String,
    /// The one MessageID of a client that has one only.
    message_id: String,
    mutant: String,
    /// The envelope that went out last.
    last: String,
    /// Reference parameters that go with every request.
    parameters: String,
}

/// A fragment with a new value.
struct Fragment;

impl ToXml for Fragment {
    fn to_xml(&self, writer: &mut Writer) {
        writer.element(FragmentTransfer::XML_FRAGMENT, |w| {
            w.text_element(QName::new(wsman::NAMESPACE, "MaxTimeoutms"), "60001");
        });
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mutant = match arguments.as_slice() {
        [] => "",
        [flag, name] if flag == "--mutant" && name == "list" => {
            MUTANTS.iter().for_each(|(name, what)| println!("{name:28} {what}"));
            return ExitCode::SUCCESS;
        }
        [flag, name] if flag == "--mutant" && MUTANTS.iter().any(|(known, _)| known == name) => name,
        other => {
            eprintln!("expected nothing or `--mutant NAME`, found {other:?}");
            return ExitCode::from(2);
        }
    };
    match run(mutant).await {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(mutant: &str) -> Result<ExitCode, Failure> {
    let case = std::env::var("WINRM_CASE")?;
    let mut client = Client::new(mutant)?;
    let mut words = case.split('.');
    match (words.next(), words.next(), words.next()) {
        (Some("client"), Some("get" | "transport"), _) => client.get().await?,
        (Some("client"), Some("message-id" | "enumerate" | "pull"), _) => client.enumerate(false).await?,
        (Some("client"), Some("release"), _) => client.enumerate(true).await?,
        (Some("client"), Some("selectors"), _) => client.get_instance().await?,
        (Some("client"), Some("options" | "create"), _) => client.create().await?,
        (Some("client"), Some("fragment"), Some("wrapper")) => client.put_fragment().await?,
        (Some("client"), Some("fragment"), _) => client.get_fragment().await?,
        (Some("client"), Some("identify"), _) => client.identify().await?,
        _ => return Ok(ExitCode::from(NOT_SUPPORTED)),
    }
    Ok(ExitCode::SUCCESS)
}

impl Client {
    fn new(mutant: &str) -> Result<Self, Failure> {
        let url = std::env::var("WINRM_URL")?;
        let (scheme, rest) = url.split_once("://").ok_or("expected a URL")?;
        let tls = match scheme {
            "http" => None,
            "https" => {
                let pin =
                    Pin::parse(&std::env::var("WINRM_PIN")?).ok_or("expected a SHA-256 in WINRM_PIN")?;
                Some(ClientTls::new(ServerTrust::Pin(pin)))
            }
            _ => return Err("expected http:// or https://".into()),
        };
        let (authority, path) = rest.split_once('/').ok_or("expected a path")?;
        let path = if mutant == "other-path" { "/".to_owned() } else { format!("/{path}") };
        let endpoint = Endpoint { host: authority.to_owned(), path };
        let session = match std::env::var("WINRM_AUTH")?.as_str() {
            "basic" => {
                let (user, password) = (std::env::var("WINRM_USER")?, std::env::var("WINRM_PASSWORD")?);
                Session::basic(endpoint, &BasicCredential::new(&user, &password)?)
            }
            _ => Session::anonymous(endpoint),
        };
        Ok(Self {
            authority: authority.to_owned(),
            tls,
            session,
            to: url.clone(),
            message_id: message_id(),
            mutant: mutant.to_owned(),
            last: String::new(),
            parameters: String::new(),
        })
    }

    fn requests(&self) -> Result<Requests, Failure> {
        let always = self.is("repeats-message-id").then(|| self.message_id.clone());
        let new_message_id = move || MessageId::new(&always.clone().unwrap_or_else(message_id));
        Ok(Requests {
            to: self.to.clone(),
            operation_timeout: wsman::Duration::parse("PT60S").ok_or("PT60S")?,
            new_message_id: Box::new(new_message_id),
        })
    }

    fn is(&self, mutant: &str) -> bool {
        self.mutant == mutant
    }

    async fn get(&mut self) -> Result<(), Failure> {
        self.call(ResourceUri::CONFIG, transfer::GET, |_| {}, NOTHING).await.map(drop)
    }

    async fn get_instance(&mut self) -> Result<(), Failure> {
        let edit = |header: &mut RequestHeader| {
            header.selector_set = selectors(&[("__cimnamespace", "root/cimv2"), ("Name", "WinRM")]);
        };
        self.call(SERVICE, transfer::GET, edit, NOTHING).await.map(drop)
    }

    /// Enumerates to the end, or releases after the first Pull.
    async fn enumerate(&mut self, releases: bool) -> Result<(), Failure> {
        let selector_set = selectors(&[("__cimnamespace", "root/cimv2")]);
        let all = Enumeration::of(ResourceUri::new(SERVICE));
        let (state, outgoing) =
            Enumeration { selector_set, max_elements: BATCH, ..all }.begin(self.requests()?);
        let mut step = state.step(self.reply(enumeration::ENUMERATE, outgoing).await?)?;
        let mut pulls = 0;
        while let EnumerationStep::More(open, _) = step {
            if releases && pulls > 0 {
                self.reply(enumeration::RELEASE, open.release()).await?;
                return Ok(());
            }
            pulls += 1;
            let (state, outgoing) = open.pull();
            step = state.step(self.reply(enumeration::PULL, outgoing).await?)?;
        }
        if self.is("release-after-end") {
            let pull =
                self.last.replace("enumeration/Pull", "enumeration/Release").replace("n:Pull", "n:Release");
            self.exchange(&pull).await?;
        }
        Ok(())
    }

    /// Creates a shell that must have no profile, and deletes it by its reference.
    async fn create(&mut self) -> Result<(), Failure> {
        let edit = |header: &mut RequestHeader| {
            let option =
                OptionEntry { must_comply: Some(true), ..OptionEntry::new("WINRS_NOPROFILE", "TRUE") };
            header.option_set = OptionSet(vec![option]);
        };
        let answer = self.call(ResourceUri::CMD, transfer::CREATE, edit, Some(&Shell::default())).await?;
        let created = answer.body_children().find(|child| child.is(ResourceCreated::NAME));
        let created = created.ok_or("expected ResourceCreated")?;
        let reference: ResourceCreated = created.read()?;
        if !self.is("drops-reference-parameters") {
            self.parameters = private_parameters(created);
        }
        self.to = reference.address.to_string();
        let edit = |header: &mut RequestHeader| header.selector_set = reference.selector_set.clone();
        self.call(reference.resource_uri.as_str(), transfer::DELETE, edit, NOTHING).await.map(drop)
    }

    async fn get_fragment(&mut self) -> Result<(), Failure> {
        self.call(ResourceUri::CONFIG, transfer::GET, fragment, NOTHING).await.map(drop)
    }

    async fn put_fragment(&mut self) -> Result<(), Failure> {
        self.call(ResourceUri::CONFIG, transfer::PUT, fragment, Some(&Fragment)).await.map(drop)
    }

    async fn identify(&mut self) -> Result<(), Failure> {
        let mut envelope = Identify::to_envelope();
        if self.is("identify-namespace") {
            envelope = envelope.replace("wsmanidentity.xsd", "identity.xsd");
        }
        self.exchange(&envelope).await.map(drop)
    }

    async fn call(
        &mut self,
        uri: &str,
        action: &str,
        edit: impl FnOnce(&mut RequestHeader),
        body: Option<&impl ToXml>,
    ) -> Result<Envelope, Failure> {
        let edit = |header: &mut RequestHeader| {
            header.locale = Some(Locale::new("en-US"));
            header.data_locale = Some(DataLocale::new("en-US"));
            edit(header);
        };
        let outgoing = self.requests()?.write(&ResourceUri::new(uri), action, edit, body);
        match self.reply(action, outgoing).await? {
            Reply::Response(envelope) => Ok(envelope),
            Reply::Fault(fault) => Err(format!("the server answered with a fault: {}", fault.reason).into()),
        }
    }

    /// Sends a request, as right or wrong as this client is, and waits for the answer to it.
    async fn reply(&mut self, action: &str, outgoing: Outgoing) -> Result<Reply, Failure> {
        let closed = format!("{}</s:Header>", self.parameters);
        let envelope = outgoing.envelope.replacen("</s:Header>", &closed, 1);
        self.last = self.spoiled(action, envelope);
        let answer = self.exchange(&self.last.clone()).await?;
        Ok(Reply::read(&answer, &outgoing.message_id)?)
    }

    /// The envelope as a mutant writes it.
    fn spoiled(&self, action: &str, envelope: String) -> String {
        let without = |name: &str| replaced(&envelope, name, |_| String::new());
        let hint = |name: &str| behind(name, " s:mustUnderstand=\"true\"", "", &envelope);
        let renamed = |old: &str, new: &str| envelope.replacen(old, new, 1);
        let pulls = action == enumeration::PULL;
        match self.mutant.as_str() {
            "context-forgotten" if pulls && self.last.contains("enumeration/Pull<") => {
                replaced(&envelope, "n:EnumerationContext", |_| "<n:EnumerationContext/>".to_owned())
            }
            "context-unescaped" if pulls => replaced(&envelope, "n:EnumerationContext", |context| {
                format!("{}</n:EnumerationContext>", context.split_inclusive('>').next().unwrap_or_default())
            }),
            "data-locale-mandatory" => {
                behind("<p:DataLocale", "mustUnderstand=\"false\"", "mustUnderstand=\"true\"", &envelope)
            }
            "document-type" => format!("<!DOCTYPE x>{envelope}"),
            "empty-enumerate" if action == enumeration::ENUMERATE => {
                replaced(&envelope, "s:Body", |_| "<s:Body/>".to_owned())
            }
            "fragment-hint" => hint("<w:FragmentTransfer"),
            "get-with-body" => renamed("<s:Body/>", "<s:Body><x/></s:Body>"),
            "locale-wrong" => behind("<w:Locale", "en-US", "American English", &envelope),
            "loose-selector" => moved_out(&envelope),
            "must-comply-hint" => hint("<w:OptionSet"),
            "no-fragment-wrapper" => {
                envelope.replacen("<w:XmlFragment>", "", 1).replacen("</w:XmlFragment>", "", 1)
            }
            "no-locale" => without("w:Locale"),
            "no-max-elements" if pulls => without("n:MaxElements"),
            "no-max-envelope-size" => without("w:MaxEnvelopeSize"),
            "no-message-id" => without("a:MessageID"),
            "no-operation-timeout" => without("w:OperationTimeout"),
            "no-optimize" => without("w:OptimizeEnumeration"),
            "no-reply-to" => without("a:ReplyTo"),
            "no-resource-uri" => without("w:ResourceURI"),
            "option-attribute-case" => envelope.replace("MustComply", "mustComply"),
            "pull-other-resource" if pulls => renamed(SERVICE, ResourceUri::SHELL),
            "pull-without-selectors" if pulls => without("w:SelectorSet"),
            "release-other-resource" if action == enumeration::RELEASE => {
                renamed(SERVICE, ResourceUri::SHELL)
            }
            "soap-11" => envelope.replace(
                "http://www.w3.org/2003/05/soap-envelope",
                "http://schemas.xmlsoap.org/soap/envelope/",
            ),
            "stale-context" if pulls => {
                let stale = element(&self.last, "n:EnumerationContext").map(str::to_owned);
                replaced(&envelope, "n:EnumerationContext", |latest| stale.unwrap_or(latest.to_owned()))
            }
            "two-selector-sets" => {
                renamed("</w:Selector><w:Selector", "</w:Selector></w:SelectorSet><w:SelectorSet><w:Selector")
            }
            _ => envelope,
        }
    }

    /// Sends an envelope and waits for the octets of the answer.
    async fn exchange(&mut self, envelope: &str) -> Result<Vec<u8>, Failure> {
        let mut request = self.session.request(envelope)?;
        match self.mutant.as_str() {
            "text-xml" | "soap-11" => request.headers.set("Content-Type", "text/xml;charset=UTF-8"),
            "attaches" => request.headers.set("Content-Type", "multipart/related;boundary=x"),
            _ => {}
        }
        let mut octets = request.encode();
        if self.is("length-twice") {
            octets = twice(&request);
        }
        let mut answered = self.attempt(&octets).await;
        if answered.is_err() && self.is("resends") {
            answered = self.attempt(&octets).await;
        }
        answered
    }

    async fn attempt(&mut self, octets: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut connection = match &self.tls {
            Some(tls) => Connection::connect_tls(&self.authority, tls, PATIENCE).await?,
            None => Connection::connect(&self.authority, PATIENCE).await?,
        };
        connection.send(octets).await?;
        let response = connection.receive().await?;
        Ok(self.session.open(&response)?.envelope)
    }
}

const NOTHING: Option<&Opaque> = None;

fn fragment(header: &mut RequestHeader) {
    let expression = "MaxTimeoutms".to_owned();
    header.fragment_transfer = Some(FragmentTransfer { dialect: None, expression, namespaces: Vec::new() });
}

fn selectors(pairs: &[(&str, &str)]) -> SelectorSet {
    let selector = |(name, value): &(&str, &str)| Selector {
        name: (*name).to_owned(),
        value: SelectorValue::Text((*value).to_owned()),
    };
    SelectorSet(pairs.iter().map(selector).collect())
}

/// The reference parameters that are neither ResourceURI nor SelectorSet, as header blocks.
fn private_parameters(created: Element<'_>) -> String {
    let is_known = |name: &str| ["ResourceURI", "SelectorSet"].contains(&name);
    let parameters = created.children().filter(|child| child.local() == "ReferenceParameters");
    let private = parameters.flat_map(Element::children).filter(|child| !is_known(child.local()));
    let written = private.map(|parameter| {
        let mut writer = Writer::new();
        writer.copy(parameter);
        writer.finish()
    });
    written.collect()
}

/// The first element of that name as it stands in the text.
fn element<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let opened = ["/", ">", " "].iter().filter_map(|next| text.find(&format!("<{name}{next}"))).min()?;
    let rest = text.get(opened..)?;
    let tag = rest.find('>')? + 1;
    if rest.get(..tag)?.ends_with("/>") {
        return rest.get(..tag);
    }
    let end = format!("</{name}>");
    rest.get(..rest.find(&end)? + end.len())
}

/// The text with another element in the place of the first of that name.
fn replaced(text: &str, name: &str, with: impl FnOnce(&str) -> String) -> String {
    match element(text, name) {
        Some(old) => text.replacen(old, &with(old), 1),
        None => text.to_owned(),
    }
}

/// The text with the first `old` behind `start` replaced.
fn behind(start: &str, old: &str, new: &str, text: &str) -> String {
    let Some((before, after)) = text.split_once(start) else { return text.to_owned() };
    format!("{before}{start}{}", after.replacen(old, new, 1))
}

/// The envelope with its last selector beside the SelectorSet.
fn moved_out(envelope: &str) -> String {
    let Some((before, rest)) = envelope.rsplit_once("<w:Selector ") else { return envelope.to_owned() };
    let Some((selector, after)) = rest.split_once("</w:SelectorSet>") else { return envelope.to_owned() };
    format!("{before}</w:SelectorSet><w:Selector {selector}{after}")
}

/// The request with both a length and chunks.
fn twice(request: &Request) -> Vec<u8> {
    let body = request.body.octets();
    let head = String::from_utf8_lossy(&request.encode_head()).into_owned();
    let head = head.replacen("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n", 1);
    let size = format!("{:x}\r\n", body.len());
    [head.as_bytes(), size.as_bytes(), body, b"\r\n0\r\n\r\n"].concat()
}

/// [RFC 9562 5.4] A name that nobody had before.
///
/// [RFC 9562 5.4]: https://www.rfc-editor.org/rfc/rfc9562#section-5.4
fn message_id() -> String {
    let mut octets = [0; 16];
    random_octets(&mut octets);
    let uuid = uuid::Builder::from_random_bytes(octets).into_uuid();
    format!("uuid:{}", uuid.hyphenated().to_string().to_uppercase())
}
