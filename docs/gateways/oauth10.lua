-- Shows every request to the verifier before it goes on to the API (HAProxy 2.5 and later).

local verifier = "http://127.0.0.1:3001/authz/forward-auth" -- the admin listener
local key = os.getenv("OAUTH10_GATEWAY_KEY")
local identity = { "consumer-key", "token", "subject", "scope", "body-verified" }

local function refuse(txn, status, headers, body)
  local reply = txn:reply()
  reply:set_status(status)
  for _, name in ipairs({ "www-authenticate", "content-type", "retry-after", "cache-control" }) do
    if headers[name] then reply:add_header(name, headers[name][0]) end
  end
  reply:set_body(body)
  txn:done(reply)
end

core.register_action("oauth10", { "http-req" }, function(txn)
  local sent = txn.http:req_get_headers()
  local function all(name)
    local values = {}
    for _, value in pairs(sent[name] or {}) do table.insert(values, value) end
    return values
  end
  local headers = {
    ["x-gateway-key"] = { key },
    ["x-forwarded-method"] = { txn.sf:method() },
    ["x-forwarded-proto"] = { txn.sf:ssl_fc() == 1 and "https" or "http" },
    ["x-forwarded-host"] = all("host"),
    ["x-forwarded-uri"] = { txn.f:pathq() },
    ["x-forwarded-for"] = { txn.sf:src() },
    ["authorization"] = all("authorization"),
    ["content-type"] = all("content-type"),
  }
  -- A body that is not here as a whole is not shown; the verifier then refuses a form.
  local length = tonumber(txn.sf:req_body_len()) or 0
  local isWhole = sent["transfer-encoding"] == nil and length == (tonumber(txn.sf:req_body_size()) or 0)
  -- That a form is empty can be told by its length alone.
  if isWhole and length == 0 and sent["content-length"] ~= nil then headers["content-length"] = { "0" } end
  local client = core.httpclient()
  local response
  if isWhole and length > 0 then
    response = client:post{ url = verifier, headers = headers, body = txn.sf:req_body() }
  else
    response = client:get{ url = verifier, headers = headers }
  end

  local status = response and response.status or 0
  if status == 200 then
    for _, name in ipairs(identity) do
      local told = response.headers["x-oauth-" .. name]
      txn.http:req_set_header("x-oauth-" .. name, told and told[0] or "")
    end
    -- The assertion becomes the API's bearer token; what the client sent has done its work.
    txn.http:req_del_header("authorization")
    local assertion = response.headers["x-oauth-assertion"]
    if assertion and assertion[0] ~= "" then
      txn.http:req_set_header("authorization", "Bearer " .. assertion[0])
    end
  elseif status >= 400 and status <= 599 then
    refuse(txn, status, response.headers, response.body or "")
  else
    refuse(txn, 503, { ["retry-after"] = { [0] = "1" } }, "")
  end
end, 0)
