//! Requests written by hand, and answers read by roxmltree: nothing of the harness's own encoding in between.

use winrm_harness::auth::ntlm;
use winrm_harness::client::Endpoint;
use winrm_harness::client::ExpectToken;
use winrm_harness::client::Session;
use winrm_harness::encryption::Form;
use winrm_harness::encryption::Protocol;
use winrm_harness::encryption::ToleranceSet;
use winrm_harness::http::Request;
use winrm_harness::http::Response;
use winrm_harness::pair::Pair;
use winrm_harness::server::Account;
use winrm_harness::server::Config;
use winrm_harness::server::ConnectionId;

pub(crate) const SHELL: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell";
pub(crate) const CMD: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd";
pub(crate) const TRANSFER: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer";
pub(crate) const ENUMERATION: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration";
pub(crate) const SHELL_ID: &str = "11111111-AAAA-BBBB-CCCC-000000000001";
pub(crate) const COMMAND_ID: &str = "22222222-AAAA-BBBB-CCCC-000000000001";
pub(crate) const IDENTIFY: &str = r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"><s:Header/><s:Body><i:Identify/></s:Body></s:Envelope>"#;

/// Two administrators and somebody who is none.
pub(crate) fn config() -> Config {
    let account = |user: &str, is_administrator| Account {
        user: user.to_owned(),
        password: format!("{user}-password"),
        is_administrator,
    };
    let accounts = vec![account("alice", true), account("bob", true), account("carol", false)];
    Config { accounts, ..Config::default() }
}

/// Where Basic and SOAP in clear are on.
pub(crate) fn clear_config() -> Config {
    Config { basic: true, allow_unencrypted: true, ..config() }
}

pub(crate) struct World {
    pub(crate) pair: Pair,
    /// How many tickets were shown, so that no two tokens are the same.
    pub(crate) tickets: u8,
}

pub(crate) struct Client {
    pub(crate) id: ConnectionId,
    pub(crate) session: Session,
}

impl World {
    pub(crate) fn new(config: Config) -> Self {
        Self { pair: Pair::new(config), tickets: 0 }
    }

    pub(crate) fn log_on(&mut self, user: &str) -> Client {
        let id = self.pair.connect();
        let session = self.pair.log_on(id, user, &format!("{user}-password")).unwrap();
        Client { id, session }
    }

    /// A request and its answer, sealed both.
    pub(crate) fn ask(&mut self, client: &mut Client, ask: &Ask) -> Answer {
        self.start(client, ask);
        let response = self.pair.receive(client.id).unwrap();
        read(client, &response)
    }

    /// A sealed request whose answer may come later.
    pub(crate) fn start(&mut self, client: &mut Client, ask: &Ask) {
        let request = client.session.request(&ask.text()).unwrap();
        self.pair.send(client.id, &request.encode());
    }

    /// The answer, if it is there.
    pub(crate) fn poll(&mut self, client: &mut Client) -> Option<Answer> {
        let response = self.pair.poll(client.id).unwrap()?;
        Some(read(client, &response))
    }

    /// Creates a shell with a chosen id.
    pub(crate) fn create(&mut self, client: &mut Client) -> Answer {
        let answer = self.ask(client, &create(SHELL_ID));
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer
    }

    /// Starts a command with a chosen id.
    pub(crate) fn run(&mut self, client: &mut Client, line: &str) -> Answer {
        self.ask(client, &command(COMMAND_ID, line))
    }

    pub(crate) fn shells(&self) -> usize {
        self.pair.server.shell_count()
    }

    pub(crate) fn exchange(&mut self, id: ConnectionId, request: &Request) -> Response {
        self.pair.exchange(id, request).unwrap()
    }

    /// Sends octets that close the connection, and gives the status of the answer.
    pub(crate) fn fatal(&mut self, id: ConnectionId, octets: &[u8]) -> u16 {
        self.pair.send(id, octets);
        let response = self.pair.receive(id).unwrap();
        assert!(!response.keep_alive(), "{response:?}");
        assert!(self.pair.server.take_output(id).is_last);
        response.status.0
    }
}

fn read(client: &mut Client, response: &Response) -> Answer {
    let opened = client.session.open_any(response, ToleranceSet::default()).unwrap();
    let text = String::from_utf8(opened.envelope).unwrap();
    Answer { status: response.status.0, is_sealed: opened.is_sealed, text }
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) is_sealed: bool,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn of(response: &Response) -> Self {
        let text = String::from_utf8(response.body.octets().to_vec()).unwrap();
        Self { status: response.status.0, is_sealed: false, text }
    }

    fn all<T>(&self, local: &str, read: impl Fn(roxmltree::Node<'_, '_>) -> Option<T>) -> Vec<T> {
        let document = roxmltree::Document::parse(&self.text).unwrap();
        let named = document.descendants().filter(|node| node.tag_name().name() == local);
        named.filter_map(read).collect()
    }

    /// The texts of all elements of a local name.
    pub(crate) fn texts(&self, local: &str) -> Vec<String> {
        self.all(local, |node| Some(node.text().unwrap_or_default().to_owned()))
    }

    pub(crate) fn text_of(&self, local: &str) -> Option<String> {
        self.texts(local).into_iter().next()
    }

    pub(crate) fn code(&self) -> Option<u32> {
        let codes = self.all("WSManFault", |node| node.attribute("Code")?.parse().ok());
        codes.first().copied()
    }

    pub(crate) fn subcode(&self) -> String {
        let values = self.all("Subcode", |node| Some(node.first_element_child()?.text()?.to_owned()));
        let value = values.first().cloned().unwrap_or_default();
        value.rsplit(':').next().unwrap_or_default().to_owned()
    }

    /// The last segment of the fault detail.
    pub(crate) fn detail(&self) -> String {
        let detail = self.text_of("FaultDetail").unwrap_or_default();
        detail.rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// The decoded octets of the streams of a name.
    pub(crate) fn stream(&self, name: &str) -> Vec<u8> {
        use base64::Engine;
        let texts = self.all("Stream", |node| {
            (node.attribute("Name") == Some(name)).then(|| node.text().unwrap_or_default().to_owned())
        });
        let engine = base64::engine::general_purpose::STANDARD;
        texts.into_iter().flat_map(|text| engine.decode(text).unwrap()).collect()
    }

    /// Of each element of a local name, whether it is nil.
    pub(crate) fn all_nil(&self, local: &str) -> Vec<bool> {
        let nil = ("http://www.w3.org/2001/XMLSchema-instance", "nil");
        self.all(local, |node| Some(node.attribute(nil) == Some("true")))
    }

    pub(crate) fn attribute(&self, local: &str, attribute: &str) -> Vec<String> {
        self.all(local, |node| node.attribute(attribute).map(str::to_owned))
    }
}

/// An envelope in the making.
#[derive(Clone)]
pub(crate) struct Ask {
    /// Header blocks that every request has, by name, so that a test can leave one out or change it.
    blocks: Vec<(&'static str, String)>,
    body: String,
}

impl Ask {
    pub(crate) fn new(action: &str) -> Self {
        let block = |name, text: &str| (name, text.to_owned());
        let mut ask = Self { blocks: Vec::new(), body: String::new() };
        ask.blocks = vec![
            block("To", "<a:To>http://reference:5985/wsman</a:To>"),
            block(
                "ReplyTo",
                "<a:ReplyTo><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>",
            ),
            block("MessageID", "<a:MessageID>uuid:00000000-0000-0000-0000-0000000000AA</a:MessageID>"),
            block("Action", &format!("<a:Action s:mustUnderstand=\"true\">{action}</a:Action>")),
            block("ResourceURI", &format!("<w:ResourceURI>{CMD}</w:ResourceURI>")),
        ];
        ask
    }

    pub(crate) fn uri(self, uri: &str) -> Self {
        self.block("ResourceURI", &format!("<w:ResourceURI>{uri}</w:ResourceURI>"))
    }

    /// Adds a header block, or puts it in place of the one of that name.
    pub(crate) fn block(mut self, name: &'static str, text: &str) -> Self {
        self.blocks.retain(|(known, _)| *known != name);
        self.blocks.push((name, text.to_owned()));
        self
    }

    /// What is to come back with the answer.
    pub(crate) fn reply_parameters(self, parameters: &str) -> Self {
        self.block("ReplyTo", &reference("ReplyTo", parameters))
    }

    pub(crate) fn shell(self, id: &str) -> Self {
        let selectors =
            format!("<w:SelectorSet><w:Selector Name=\"ShellId\">{id}</w:Selector></w:SelectorSet>");
        self.block("SelectorSet", &selectors)
    }

    pub(crate) fn timeout(self, duration: &str) -> Self {
        self.block("OperationTimeout", &format!("<w:OperationTimeout>{duration}</w:OperationTimeout>"))
    }

    pub(crate) fn max_envelope(self, size: u64) -> Self {
        self.block("MaxEnvelopeSize", &format!("<w:MaxEnvelopeSize>{size}</w:MaxEnvelopeSize>"))
    }

    pub(crate) fn session(self, id: &str) -> Self {
        self.block("SessionId", &format!("<p:SessionId>uuid:{id}</p:SessionId>"))
    }

    pub(crate) fn body(self, body: &str) -> Self {
        Self { body: body.to_owned(), ..self }
    }

    pub(crate) fn text(&self) -> String {
        let blocks: String = self.blocks.iter().map(|(_, text)| text.as_str()).collect();
        format!(
            r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd" xmlns:n="{ENUMERATION}" xmlns:rsp="{SHELL}"><s:Header>{blocks}</s:Header><s:Body>{}</s:Body></s:Envelope>"#,
            self.body
        )
    }
}

/// An anonymous reference with reference parameters.
pub(crate) fn reference(name: &str, parameters: &str) -> String {
    format!(
        "<a:{name}><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address><a:ReferenceParameters>{parameters}</a:ReferenceParameters></a:{name}>"
    )
}

pub(crate) fn create(shell_id: &str) -> Ask {
    create_with(&format!(" ShellId=\"{shell_id}\""), "")
}

pub(crate) fn create_with(attributes: &str, children: &str) -> Ask {
    Ask::new(&format!("{TRANSFER}/Create")).body(&format!(
        "<rsp:Shell{attributes}><rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams>{children}</rsp:Shell>"
    ))
}

pub(crate) fn delete(shell_id: &str) -> Ask {
    Ask::new(&format!("{TRANSFER}/Delete")).shell(shell_id)
}

pub(crate) fn get(shell_id: &str) -> Ask {
    Ask::new(&format!("{TRANSFER}/Get")).uri(SHELL).shell(shell_id)
}

pub(crate) fn command(command_id: &str, line: &str) -> Ask {
    Ask::new(&format!("{SHELL}/Command")).shell(SHELL_ID).body(&format!(
        "<rsp:CommandLine CommandId=\"{command_id}\"><rsp:Command>{line}</rsp:Command></rsp:CommandLine>"
    ))
}

pub(crate) fn receive(command_id: &str) -> Ask {
    Ask::new(&format!("{SHELL}/Receive")).shell(SHELL_ID).body(&format!(
        "<rsp:Receive><rsp:DesiredStream CommandId=\"{command_id}\">stdout stderr</rsp:DesiredStream></rsp:Receive>"
    ))
}

/// `content` is base64.
pub(crate) fn send(command_id: &str, stream: &str, content: &str, end: &str) -> Ask {
    Ask::new(&format!("{SHELL}/Send")).shell(SHELL_ID).body(&format!(
        "<rsp:Send><rsp:Stream Name=\"{stream}\" CommandId=\"{command_id}\"{end}>{content}</rsp:Stream></rsp:Send>"
    ))
}

pub(crate) fn signal(command_id: &str, code: &str) -> Ask {
    Ask::new(&format!("{SHELL}/Signal")).shell(SHELL_ID).body(&format!(
        "<rsp:Signal CommandId=\"{command_id}\"><rsp:Code>{SHELL}/signal/{code}</rsp:Code></rsp:Signal>"
    ))
}

/// A POST of SOAP in clear.
pub(crate) fn plain(envelope: &str) -> Request {
    post()
        .with_header("Content-Type", "application/soap+xml;charset=UTF-8")
        .with_body(envelope.as_bytes().to_vec())
}

pub(crate) fn post() -> Request {
    Request::new("POST", "/wsman").with_header("Host", "reference")
}

pub(crate) fn basic(user: &str, password: &str) -> String {
    use base64::Engine;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}")))
}

/// A handshake and its first request.
pub(crate) fn handshake(user: &str, password: &str) -> (ExpectToken, Request) {
    let endpoint = Endpoint { host: "reference".to_owned(), path: "/wsman".to_owned() };
    let credential = ntlm::Credential::password("", user, password);
    let context = ntlm::Initiator::new(credential, None).unwrap();
    ExpectToken::begin(endpoint, Protocol::Spnego, Box::new(context)).unwrap()
}

/// A sealed request, its frame as the specification spells it.
pub(crate) fn sealed(client: &mut Client, ask: &Ask) -> Request {
    let message = client.session.seal(ask.text().into_bytes()).unwrap();
    client.session.sealed_request(&message, Form::default())
}

/// The values of a header, in order.
pub(crate) fn values(response: &Response, name: &str) -> Vec<String> {
    response.headers.all(name).map(|value| String::from_utf8(value.to_vec()).unwrap()).collect()
}

/// Text that came as UTF-16, little-endian, its byte order mark included.
pub(crate) fn utf16_text(octets: &[u8]) -> String {
    let units: Vec<u16> = octets.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).unwrap()
}

/// Text as UTF-16 with a byte order mark.
pub(crate) fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(order).collect()
}
