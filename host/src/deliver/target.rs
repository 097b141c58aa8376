//! Where a webhook may go: the public internet, and nothing near this machine.
//!
//! A business chooses its URLs, so they could point at what only this machine can reach: a metadata service, a database,
//! a router. A name is checked where it is resolved for the very connection that is made ([`PublicOnly`] inside the
//! client), so a name that answers differently the second time gains nothing; a literal address never meets a resolver and
//! is checked in the URL. Any port may be named. For IPv6 only what IANA has assigned as global unicast is allowed,
//! less the special blocks in it; an IPv4 address inside an IPv6 one is judged as the IPv4 address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Why a webhook may not go somewhere.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TargetError {
    /// Neither `https` nor, where private targets are allowed, `http`.
    #[error("the scheme is {scheme:?}, and only https is sent to; http needs allow_private = true")]
    Scheme {
        /// As given.
        scheme: String,
    },
    /// The URL names no host, or port 0.
    #[error("the URL names no host and port to connect to")]
    Host,
    /// A special address.
    #[error("{address} is a {kind} address; allow_private = true lets this endpoint be reached")]
    Address {
        /// The address itself.
        address: IpAddr,
        /// `loopback`.
        kind: &'static str,
    },
    /// A name that stands for special addresses alone.
    #[error("{name} stands for {address}, a {kind} address; allow_private = true lets this endpoint be reached")]
    Name {
        /// The name.
        name: String,
        /// The first of its addresses.
        address: IpAddr,
        /// `loopback`.
        kind: &'static str,
    },
    /// A name that stands for no address.
    #[error("{name} stands for no address")]
    NoAddress {
        /// The name.
        name: String,
    },
}

/// Checks a URL as far as that is possible without resolving its name.
///
/// # Errors
///
/// When its scheme, host or literal address is not allowed.
pub fn check_url(url: &Url, allow_private: bool) -> Result<(), TargetError> {
    if url.scheme() != "https" && !(allow_private && url.scheme() == "http") {
        return Err(TargetError::Scheme {
            scheme: url.scheme().to_owned(),
        });
    }
    let host = url
        .host_str()
        .filter(|_| url.port() != Some(0))
        .ok_or(TargetError::Host)?;
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    match literal.parse() {
        Ok(address) if !allow_private => check_address(address),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Checks an address.
///
/// # Errors
///
/// When it is special, and which kind it is.
pub fn check_address(address: IpAddr) -> Result<(), TargetError> {
    let kind = match address {
        IpAddr::V4(v4) => special_v4(v4),
        IpAddr::V6(v6) => special_v6(v6),
    };
    kind.map_or(Ok(()), |kind| Err(TargetError::Address { address, kind }))
}

/// Resolves names, and keeps only public addresses.
#[derive(Debug, Clone, Copy)]
pub struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let name = name.as_str().to_owned();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(public(&name, found)?.into_iter()) as Addrs)
        })
    }
}

fn public(name: &str, mut found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, TargetError> {
    let first = found.first().copied();
    found.retain(|address| check_address(address.ip()).is_ok());
    let Some(first) = first else {
        return Err(TargetError::NoAddress { name: name.to_owned() });
    };
    match check_address(first.ip()) {
        Err(TargetError::Address { address, kind }) if found.is_empty() => Err(TargetError::Name {
            name: name.to_owned(),
            address,
            kind,
        }),
        Ok(()) | Err(_) => Ok(found),
    }
}

/// From IANA's registry of special IPv4 addresses, and multicast.
const SPECIAL_V4: [([u8; 4], u32, &str); 17] = [
    ([0, 0, 0, 0], 8, "this-network"),
    ([10, 0, 0, 0], 8, "private"),
    ([100, 64, 0, 0], 10, "carrier-grade NAT"),
    ([127, 0, 0, 0], 8, "loopback"),
    ([169, 254, 0, 0], 16, "link-local"),
    ([172, 16, 0, 0], 12, "private"),
    ([192, 0, 0, 0], 24, "protocol"),
    ([192, 0, 2, 0], 24, "documentation"),
    ([192, 31, 196, 0], 24, "protocol"),
    ([192, 52, 193, 0], 24, "protocol"),
    ([192, 88, 99, 0], 24, "relay"),
    ([192, 168, 0, 0], 16, "private"),
    ([192, 175, 48, 0], 24, "protocol"),
    ([198, 18, 0, 0], 15, "benchmarking"),
    ([198, 51, 100, 0], 24, "documentation"),
    ([203, 0, 113, 0], 24, "documentation"),
    ([224, 0, 0, 0], 3, "multicast or reserved"),
];

/// From IANA's registry of special IPv6 addresses: those inside 2000::/3, and those outside that have a name.
const SPECIAL_V6: [([u16; 4], u32, &str); 11] = [
    ([0, 0, 0, 0], 64, "loopback or unspecified"),
    ([0x64, 0xff9b, 1, 0], 48, "local NAT64"),
    ([0x100, 0, 0, 0], 64, "discard-only"),
    ([0x2001, 0, 0, 0], 23, "protocol"),
    ([0x2001, 0xdb8, 0, 0], 32, "documentation"),
    ([0x2002, 0, 0, 0], 16, "6to4"),
    ([0x2620, 0x4f, 0x8000, 0], 48, "protocol"),
    ([0x3fff, 0, 0, 0], 20, "documentation"),
    ([0xfc00, 0, 0, 0], 7, "private"),
    ([0xfe80, 0, 0, 0], 10, "link-local"),
    ([0xff00, 0, 0, 0], 8, "multicast"),
];

fn special_v4(address: Ipv4Addr) -> Option<&'static str> {
    let bits = address.to_bits();
    let inside =
        |(net, length, _): &&([u8; 4], u32, &str)| (bits ^ Ipv4Addr::from(*net).to_bits()) >> (32 - length) == 0;
    SPECIAL_V4.iter().find(inside).map(|(_, _, kind)| *kind)
}

fn special_v6(address: Ipv6Addr) -> Option<&'static str> {
    if let Some(v4) = embedded_v4(address) {
        return special_v4(v4);
    }
    // No special block is longer than 64 bits, once those with an IPv4 address in them are unwrapped.
    let bits = (address.to_bits() >> 64) as u64;
    let net_bits = |net: [u16; 4]| net.into_iter().fold(0_u64, |bits, part| bits << 16 | u64::from(part));
    let inside = |(net, length, _): &&([u16; 4], u32, &str)| (bits ^ net_bits(*net)) >> (64 - length) == 0;
    let special = SPECIAL_V6.iter().find(inside).map(|(_, _, kind)| *kind);
    special.or((bits >> 61 != 0b001).then_some("reserved"))
}

/// The IPv4 address that a connection to `::ffff:0:0/96` (mapped) or `64:ff9b::/96` (NAT64) ends at.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let nat64 = matches!(address.segments(), [0x64, 0xff9b, 0, 0, 0, 0, _, _]);
    nat64
        .then(|| Ipv4Addr::from_bits(address.to_bits() as u32))
        .or(address.to_ipv4_mapped())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_addresses_are_refused_from_their_first_to_their_last() {
        for (addresses, kind) in [
            ("0.0.0.0 0.255.255.255", "this-network"),
            (
                "10.0.0.0 10.255.255.255 172.16.0.0 172.31.255.255 192.168.0.0 192.168.255.255",
                "private",
            ),
            ("100.64.0.0 100.127.255.255", "carrier-grade NAT"),
            ("127.0.0.1 127.255.255.255", "loopback"),
            ("169.254.0.0 169.254.169.254 169.254.255.255", "link-local"),
            (
                "192.0.0.0 192.0.0.255 192.31.196.0 192.52.193.255 192.175.48.1",
                "protocol",
            ),
            ("192.0.2.0 192.0.2.255 198.51.100.7 203.0.113.255", "documentation"),
            ("192.88.99.1", "relay"),
            ("198.18.0.0 198.19.255.255", "benchmarking"),
            (
                "224.0.0.1 239.255.255.255 240.0.0.0 255.255.255.255",
                "multicast or reserved",
            ),
            (":: ::1 ::7f00:1", "loopback or unspecified"),
            ("::ffff:127.0.0.1 64:ff9b::127.0.0.1", "loopback"),
            ("::ffff:10.1.2.3 64:ff9b::192.168.0.1", "private"),
            ("::ffff:169.254.169.254 64:ff9b::a9fe:a9fe", "link-local"),
            ("64:ff9b:1::1 64:ff9b:1:ffff::808:808", "local NAT64"),
            ("100::1", "discard-only"),
            (
                "2001::1 2001:1ff:ffff::1 2001:2::1 2001:10::1 2620:4f:8000::1",
                "protocol",
            ),
            ("2001:db8::1 2001:db8:ffff::1 3fff::1 3fff:fff::1", "documentation"),
            ("2002:7f00:1::", "6to4"),
            ("fc00::1 fdff:ffff::1", "private"),
            ("fe80::1 febf::1", "link-local"),
            ("ff02::1 ffff::1", "multicast"),
            ("fec0::1 5f00::1 4000::1 1fff::1 64:ff9b:2::1", "reserved"),
        ] {
            for text in addresses.split(' ') {
                let address: IpAddr = text.parse().expect("an address");
                assert_eq!(
                    check_address(address),
                    Err(TargetError::Address { address, kind }),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn public_addresses_are_allowed_up_to_the_special_ones() {
        for text in
            "1.1.1.1 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 172.15.255.255 \
            172.32.0.0 192.0.1.0 192.0.3.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255 \
            2001:200::1 2001:db7::1 2001:4860:4860::8888 2003::1 2606:4700::1111 3ffe::1 3fff:1000::1 ::ffff:1.1.1.1 \
            64:ff9b::1.1.1.1"
                .split_whitespace()
        {
            assert_eq!(check_address(text.parse().expect("an address")), Ok(()), "{text}");
        }
    }

    #[test]
    fn a_url_is_checked_before_anything_is_resolved() {
        let check = |url: &str, allow_private| {
            let url = Url::parse(url).expect("a URL");
            check_url(&url, allow_private).map_err(|error| error.to_string())
        };
        let private = "is a loopback address; allow_private = true lets this endpoint be reached";
        for (url, fault) in [
            (
                "http://example.com/",
                "the scheme is \"http\", and only https is sent to; http needs allow_private = true",
            ),
            (
                "file:///etc/passwd",
                "the scheme is \"file\", and only https is sent to; http needs allow_private = true",
            ),
            ("https://example.com:0/", "the URL names no host and port to connect to"),
            ("https://127.0.0.1/", &format!("127.0.0.1 {private}")),
            ("https://127.1/", &format!("127.0.0.1 {private}")),
            ("https://2130706433:8443/", &format!("127.0.0.1 {private}")),
            ("https://0x7f.0.0.1/", &format!("127.0.0.1 {private}")),
            ("https://[::ffff:127.0.0.1]/", &format!("::ffff:127.0.0.1 {private}")),
        ] {
            assert_eq!(check(url, false), Err(fault.to_owned()), "{url}");
        }
        for url in [
            "https://example.com:8443/hook",
            "https://1.1.1.1/",
            "https://[2606:4700::1111]/",
        ] {
            assert_eq!(check(url, false), Ok(()), "{url}");
        }
        for url in ["http://127.0.0.1:8000/", "https://[::1]/", "http://crm.internal/"] {
            assert_eq!(check(url, true), Ok(()), "{url}");
        }
        assert!(check("ftp://127.0.0.1/", true).is_err());
    }

    #[test]
    fn a_name_is_reached_at_its_public_addresses_only() {
        let address = |text: &str| SocketAddr::new(text.parse().expect("an address"), 0);
        let both = vec![address("10.0.0.1"), address("1.1.1.1")];
        assert_eq!(public("mixed.test", both), Ok(vec![address("1.1.1.1")]));
        let fault = public("rebound.test", vec![address("169.254.169.254")]).expect_err("link-local");
        assert_eq!(
            fault.to_string(),
            "rebound.test stands for 169.254.169.254, a link-local address; allow_private = true lets this endpoint be reached"
        );
        assert!(public("empty.test", vec![]).is_err());
    }
}
