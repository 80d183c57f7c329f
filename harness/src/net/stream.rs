//! What octets of HTTP go over: TCP, or TLS over TCP.

use std::io;
use std::pin::Pin;
use std::task::Context;
use std::task::Poll;
use std::time::Duration;

use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::ReadBuf;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::TlsConnector;
use tokio_rustls::TlsStream;

use crate::limits::TLS_HANDSHAKE_BYTES_MAX;
use crate::net::NetError;
use crate::net::unix_seconds;
use crate::tls::Channel;
use crate::tls::ClientTls;
use crate::tls::ServerTls;
use crate::tls::TlsError;
use crate::tls::Versions;

/// A connection's octets.
#[derive(Debug)]
pub(super) enum Stream {
    /// In clear.
    Tcp(TcpStream),
    /// After a handshake.
    Tls(Box<TlsStream<Metered<TcpStream>>>),
}

/// A server's side of TLS, ready for handshakes.
#[derive(Clone)]
pub(super) struct Acceptor {
    tls: ServerTls,
    acceptor: TlsAcceptor,
}

impl Acceptor {
    pub(super) fn new(tls: ServerTls) -> Result<Self, TlsError> {
        let acceptor = TlsAcceptor::from(tls.config(unix_seconds())?);
        Ok(Self { tls, acceptor })
    }

    /// The handshake, for no longer than `patience`.
    pub(super) async fn accept(
        &self,
        stream: TcpStream,
        patience: Duration,
    ) -> Result<(Stream, Channel), NetError> {
        let handshake = self.acceptor.accept(Metered::new(stream));
        let mut stream = within(patience, handshake, self.tls.versions).await?;
        let (socket, connection) = stream.get_mut();
        socket.left = None;
        let channel = Channel::of_server(connection, &self.tls, &unix_seconds());
        Ok((Stream::Tls(Box::new(stream.into())), channel))
    }
}

impl std::fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Acceptor").field("tls", &self.tls).finish_non_exhaustive()
    }
}

/// The handshake of a client with a server at `host`.
pub(super) async fn connect(
    stream: TcpStream,
    host: &str,
    tls: &ClientTls,
    patience: Duration,
) -> Result<(Stream, Channel), NetError> {
    let connector = TlsConnector::from(tls.config(unix_seconds())?);
    let handshake = connector.connect(tls.server_name(host)?, Metered::new(stream));
    let mut stream = within(patience, handshake, tls.versions).await?;
    let (socket, connection) = stream.get_mut();
    socket.left = None;
    let channel = Channel::of_client(connection)?;
    Ok((Stream::Tls(Box::new(stream.into())), channel))
}

async fn within<T>(
    patience: Duration,
    handshake: impl Future<Output = io::Result<T>>,
    versions: Versions,
) -> Result<T, NetError> {
    let done = tokio::time::timeout(patience, handshake).await;
    let done = done.map_err(|_| NetError::TimedOut { waited: patience })?;
    done.map_err(|error| NetError::of_io(error, versions))
}

/// A socket that gives no more than so many octets until the handshake is over.
#[derive(Debug)]
pub(super) struct Metered<S> {
    socket: S,
    /// None when the handshake is over.
    left: Option<usize>,
}

impl<S> Metered<S> {
    fn new(socket: S) -> Self {
        Self { socket, left: Some(TLS_HANDSHAKE_BYTES_MAX) }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.socket).poll_read(cx, buffer);
        let count = buffer.filled().len().saturating_sub(before);
        if let Some(left) = self.left {
            let Some(left) = left.checked_sub(count) else {
                buffer.set_filled(before);
                let refusal = TlsError::HandshakeTooLong { len_max: TLS_HANDSHAKE_BYTES_MAX };
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, refusal)));
            };
            self.left = Some(left);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Tcp(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        match &mut *self {
            Self::Tcp(stream) => Pin::new(stream).poll_write(cx, octets),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, octets),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Tcp(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    async fn read_of(octets: usize, left: Option<usize>) -> io::Result<usize> {
        let octets = vec![7; octets];
        let mut metered = Metered { socket: octets.as_slice(), left };
        metered.read_to_end(&mut Vec::new()).await
    }

    #[tokio::test]
    async fn a_handshake_may_be_as_long_as_the_bound_and_not_an_octet_longer() {
        let bound = TLS_HANDSHAKE_BYTES_MAX;
        assert_eq!(read_of(bound, Some(bound)).await.unwrap(), bound);
        let refused = read_of(bound + 1, Some(bound)).await.unwrap_err();
        let refused = NetError::of_io(refused, Versions::Both);
        assert!(
            matches!(&refused, NetError::Tls(error) if **error == TlsError::HandshakeTooLong { len_max: bound }),
            "{refused}"
        );
    }

    #[tokio::test]
    async fn what_follows_the_handshake_has_no_bound() {
        assert_eq!(read_of(TLS_HANDSHAKE_BYTES_MAX + 1, None).await.unwrap(), TLS_HANDSHAKE_BYTES_MAX + 1);
    }
}
