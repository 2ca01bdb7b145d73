//! Which addresses messages may go to.
//!
//! A person who may edit a workflow chooses where its webhooks go; the server must not become their way into the network that it stands
//! in. Only addresses of the public internet are allowed: what the IANA registries for special purposes list is not.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The longest URL of an action, in bytes.
pub const URL_BYTES_MAX: usize = 2_048;

/// The longest mail address, in bytes.
pub const MAIL_ADDRESS_BYTES_MAX: usize = 200;

/// Whether mail can be sent to that address. Narrower than RFC 5322: no comments, no quotes, no names beside it.
#[must_use]
pub fn is_mail_address(address: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>,;\"()[]\\:".contains(&byte));
    address.len() <= MAIL_ADDRESS_BYTES_MAX && address.rsplit_once('@').is_some_and(|(user, host)| is_part(user) && is_part(host))
}

/// Whether the address is one of the public internet.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = match (a, b, c) {
        // This network, private networks, loopback.
        (0 | 10 | 127, ..) => true,
        // Shared by carriers, link-local (metadata of clouds), private networks, protocol assignments, documentation.
        (100, 64..=127, _) | (169, 254, _) | (172, 16..=31, _) | (192, 168, _) | (192, 0, 0 | 2) | (192, 88, 99) => true,
        // Benchmarks, documentation.
        (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113) => true,
        // Multicast, reserved, broadcast.
        (224.., ..) => true,
        _ => false,
    };
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    // What stands for an IPv4 address is as public as that is: mapped, compatible, NAT64 and 6to4.
    let embedded = match segments {
        [0, 0, 0, 0, 0, 0xffff | 0, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => Some((high, low)),
        _ => None,
    };
    if let Some((high, low)) = embedded {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    // Global unicast is 2000::/3; in it, protocol assignments with Teredo (2001::/23) and documentation are not public.
    let is_unicast = segments[0] & 0xe000 == 0x2000;
    let is_special = matches!((segments[0], segments[1]), (0x2001, 0..0x200 | 0xdb8) | (0x3fff, 0..0x1000));
    is_unicast && !is_special
}

/// What is wrong with the URL of an action, if something is: it must be `http` or `https`, have a host, and carry no password.
#[must_use]
pub fn url_fault(url: &str) -> Option<&'static str> {
    if url.len() > URL_BYTES_MAX {
        return Some("is too long (maximum is 2048 bytes)");
    }
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else {
        return Some("must begin with https:// or http://");
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || host.starts_with(':') {
        return Some("must name a host");
    }
    if host.contains('@') {
        return Some("must not carry a user or a password");
    }
    let is_plain = url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (!is_plain).then_some("must be ASCII without blanks")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_addresses_are_not_public() {
        let special = "0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1 192.168.1.1 \
                       198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::127.0.0.1 \
                       64:ff9b::10.0.0.1 2002:7f00:1:: fc00::1 fd12::1 fe80::1 ff02::1 2001::1 2001:db8::1 3fff:1::1 100::1";
        for text in special.split_whitespace() {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        let public = "1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.0.1.1 198.20.0.1 223.255.255.255 \
                      2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2a00:1450::1";
        for text in public.split_whitespace() {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn urls_of_actions_have_a_scheme_and_a_host() {
        for url in ["https://hooks.example/x?y=1", "http://[2606:4700::1]:8080/", "http://example"] {
            assert_eq!(url_fault(url), None, "{url}");
        }
        for url in
            ["", "ftp://x", "https://", "https://:80/", "https://user:pw@host/", "https://a b", "http://\u{e9}.example", "http://a\\@b"]
        {
            assert!(url_fault(url).is_some(), "{url}");
        }
        assert!(url_fault(&format!("https://a/{}", "x".repeat(URL_BYTES_MAX))).is_some());
    }
}
