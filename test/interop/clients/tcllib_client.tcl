# tcllib's oauth, its header with http::geturl. What has a body is a POST to it, all else a GET; it knows no dance.
package require http
package require oauth

fconfigure stdin -encoding utf-8
fconfigure stdout -encoding utf-8 -buffering line

proc answer {operation key secret token tokenSecret method signatureMethod url kind payload} {
    if {$operation ne "request"} {return [list unable "it knows no dance"]}
    if {$token eq ""} {return [list unable "it signs with a token alone"]}
    if {$kind ne "form" && $method eq "POST"} {return [list unable "it takes what has no form for a GET"]}
    oauth::config -consumerkey $key -consumersecret $secret -accesstoken $token -accesstokensecret $tokenSecret
    if {$kind eq "form"} {
        set header [oauth::header $url $payload]
        set reply [http::geturl $url -headers $header -query $payload -method POST]
    } else {
        set reply [http::geturl $url -headers [oauth::header $url] -method GET]
    }
    set answer [list [http::ncode $reply] [http::data $reply]]
    http::cleanup $reply
    return $answer
}

while {[gets stdin line] >= 0} {
    puts [join [answer {*}[split $line \t]] \t]
}
